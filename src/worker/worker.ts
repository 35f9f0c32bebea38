// The worker's shell: performs what the core decides on the socket, the data cache and the compute thread.
import type { BackendName } from '../backend/backend.js';
import { hostname } from 'node:os';
import { performance } from 'node:perf_hooks';
import { crc32 } from 'node:zlib';
import type { Logger } from 'pino';
import { assembleShard } from '../data/assemble-shard.js';
import { createBlockCache, type BlockCache } from '../data/block-cache.js';
import { blockName } from '../data/block-name.js';
import { decodeBlock, type DecodedBlock } from '../data/block.js';
import { BridleError, ProtocolError, TransportError, exitCodes } from '../errors.js';
import { encodeVector, VectorAssembly } from '../protocol/chunks.js';
import {
  decodeControl,
  encodeControl,
  Purpose,
  Role,
  type ControlBodies,
  type ControlDraft,
  type ControlMessage,
} from '../protocol/control.js';
import { decodeFrame, isFrame, type FrameHeader } from '../protocol/frame.js';
import { defaultLimits } from '../protocol/limits.js';
import { parseRunSpec, type RunSpec } from '../protocol/run-spec.js';
import { bridleVersion, protocolVersion } from '../protocol/version.js';
import { connect, isFinalRefusal, type ConnectOptions } from '../transport/client.js';
import { closeCodes, type Connection } from '../transport/connection.js';
import { ComputeClient } from './compute-client.js';
import type { Computed, ShardTask } from './compute-messages.js';
import {
  createWorkerState,
  defaultTimes,
  type WorkerCoreState,
  type WorkerEffect,
  type WorkerEvent,
} from './core/state.js';
import { step as coreStep } from './core/step.js';

export interface WorkerOptions {
  readonly connect: ConnectOptions;
  readonly backend: BackendName;
  readonly threads: number;
  readonly name: string;
  /** How long it is tried to reach a coordinator, at the start and after a loss. */
  readonly joinTimeoutMs: number;
  /** Bound of the data cache. */
  readonly cacheBytes: number;
  readonly signal: AbortSignal;
  readonly log: Logger;
}

const tickMs = 100;

interface Session {
  readonly connection: Connection;
  welcome?: ControlBodies['welcome'];
  /** Weights that are arriving, and the step they belong to. */
  weights?: { readonly step: number; readonly assembly: VectorAssembly };
}

/** Runs one worker until the coordinator ends it, the signal stops it (resolves), or it must give up (rejects). */
export async function runWorker(options: WorkerOptions): Promise<void> {
  const holder: { worker?: Worker } = {};
  const compute = await ComputeClient.start(options.backend, options.threads, {
    onComputed: (result) => holder.worker?.onComputed(result),
    onConfigured: (isStacked) => options.log.info({ isStacked }, 'model ready'),
    onFailed: (error) => holder.worker?.fail(error),
  });
  options.log.info({ kernelId: compute.kernelId }, compute.description);
  holder.worker = new Worker(options, compute);
  await holder.worker.run();
}

class Worker {
  readonly #options: WorkerOptions;
  readonly #compute: ComputeClient;
  readonly #core: WorkerCoreState;
  readonly #cache: BlockCache;
  /** Blocks of each open lease by name, in the lease's order; undefined until they have come. */
  readonly #pinned = new Map<number, Map<string, DecodedBlock | undefined>>();
  readonly #results = new Map<number, Computed>();
  readonly #done: Promise<void>;
  #resolve!: () => void;
  #reject!: (error: unknown) => void;
  #session: Session | undefined;
  #spec: RunSpec | undefined;
  #specJson = '';
  #timer: NodeJS.Timeout | undefined;

  constructor(options: WorkerOptions, compute: ComputeClient) {
    this.#options = options;
    this.#compute = compute;
    this.#cache = createBlockCache(options.cacheBytes);
    this.#core = createWorkerState(performance.now(), { ...defaultTimes, joinTimeoutMs: options.joinTimeoutMs });
    this.#done = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  run(): Promise<void> {
    const { signal } = this.#options;
    this.#timer = setInterval(() => this.#dispatch({ type: 'tick', jitter: Math.random() }), tickMs);
    signal.addEventListener('abort', () => this.#dispatch({ type: 'stop' }), { once: true });
    if (signal.aborted) this.#dispatch({ type: 'stop' });
    else this.#dispatch({ type: 'start' });
    return this.#done;
  }

  onComputed(result: Computed): void {
    this.#results.set(result.leaseId, result);
    this.#dispatch({ type: 'computed', leaseId: result.leaseId });
    this.#results.delete(result.leaseId);
  }

  fail(error: unknown): void {
    this.#send({ goodbye: { reason: error instanceof BridleError ? error.code : 'INTERNAL' } });
    this.#end();
    this.#reject(error);
  }

  #end(): void {
    clearInterval(this.#timer);
    this.#session?.connection.close(closeCodes.goingAway, 'worker ends');
  }

  #dispatch(event: WorkerEvent): void {
    try {
      for (const effect of coreStep(this.#core, event, performance.now())) this.#perform(effect);
    } catch (error) {
      this.fail(error);
    }
  }

  #perform(effect: WorkerEffect): void {
    switch (effect.type) {
      case 'connect':
        void this.#connect();
        return;
      case 'hello':
        this.#sendHello();
        return;
      case 'send':
        this.#send(effect.draft);
        return;
      case 'compute':
        this.#startLease(effect.lease);
        return;
      case 'abandon':
        this.#pinned.delete(effect.leaseId);
        this.#compute.revoke(effect.leaseId);
        return;
      case 'answer':
        this.#answer(effect.leaseId, effect.step);
        return;
      case 'disconnect':
        this.#session?.connection.terminate();
        return;
      case 'note':
        this.#options.log.warn({ code: effect.code }, effect.message);
        return;
      case 'exit':
        this.#end();
        this.#options.log.info({ code: effect.code }, effect.message);
        if (effect.isError) this.#reject(new BridleError(effect.code, effect.message, exitCodes.disconnected));
        else this.#resolve();
    }
  }

  async #connect(): Promise<void> {
    try {
      const connection = await connect(this.#options.connect);
      const session: Session = { connection };
      connection.handle({
        onMessage: (bytes) => this.#onMessage(session, bytes),
        onClose: (code, reason) => {
          if (this.#session !== session) return;
          this.#session = undefined;
          this.#dispatch({ type: 'closed', reason: `${code} ${reason}` });
        },
      });
      this.#session = session;
      this.#dispatch({ type: 'connected' });
    } catch (error) {
      const known = error instanceof BridleError ? error : new TransportError('CONNECT_FAILED', String(error));
      const isFinal = !(known instanceof TransportError) || isFinalRefusal(known.code);
      this.#dispatch({ type: 'connectFailed', code: known.code, message: known.message, isFinal });
    }
  }

  #sendHello(): void {
    const { name } = this.#options;
    const heldBlocks = this.#cache.names().slice(-defaultLimits.maxHeldBlocks);
    this.#send({
      hello: {
        protocolMajor: protocolVersion.major,
        protocolMinor: protocolVersion.minor,
        bridleVersion,
        kernelId: this.#compute.kernelId,
        capabilities: [],
        name,
        processId: process.pid,
        host: hostname(),
        role: Role.ROLE_WORKER,
        heldBlocks: heldBlocks.map((held) => Buffer.from(held, 'hex')),
      },
    });
  }

  #send(draft: ControlDraft): void {
    this.#session?.connection.send(encodeControl(draft));
  }

  // ---- what comes in

  #onMessage(session: Session, bytes: Uint8Array): void {
    if (this.#session !== session) return;
    this.#dispatch({ type: 'heard' });
    try {
      if (isFrame(bytes)) {
        const { header, payload } = decodeFrame(bytes, crc32);
        this.#onFrame(session, header, payload);
      } else this.#onControl(session, decodeControl(bytes));
    } catch (error) {
      // A coordinator that breaks the contract loses this worker's connection, never the process.
      const reason = error instanceof Error ? error.message : String(error);
      this.#options.log.error({ code: error instanceof ProtocolError ? error.code : 'INTERNAL' }, reason);
      session.connection.close(closeCodes.protocol, reason);
    }
  }

  #onControl(session: Session, message: ControlMessage): void {
    switch (message.kind) {
      case 'welcome':
        this.#onWelcome(session, message.body);
        return;
      case 'lease':
        this.#onLease(message.body);
        return;
      case 'revoke':
        this.#dispatch({ type: 'revoked', leaseId: message.body.leaseId });
        return;
      case 'reject':
        this.#dispatch({ type: 'rejected', code: message.body.code, message: message.body.message });
        return;
      case 'stop':
        this.#dispatch({ type: 'stopped', code: message.body.code, message: message.body.message });
        return;
      case 'heartbeat':
        return;
      default:
        throw new ProtocolError('MESSAGE_UNEXPECTED', `A coordinator does not send ${message.kind}.`);
    }
  }

  #onWelcome(session: Session, welcome: ControlBodies['welcome']): void {
    if (session.welcome) throw new ProtocolError('MESSAGE_UNEXPECTED', 'A second Welcome came.');
    session.welcome = welcome;
    if (welcome.runSpec !== this.#specJson) {
      this.#spec = parseRunSpec(welcome.runSpec);
      this.#specJson = welcome.runSpec;
      this.#compute.configure(this.#spec);
    }
    this.#options.log.info({ rank: welcome.rank, runId: welcome.runId, generation: welcome.generation }, 'joined');
    this.#dispatch({ type: 'welcomed' });
  }

  #onFrame(session: Session, header: FrameHeader, payload: Uint8Array): void {
    const { welcome } = session;
    if (!welcome || !this.#spec) throw new ProtocolError('MESSAGE_UNEXPECTED', 'A tensor frame came before Welcome.');
    if (header.runId !== welcome.runId || header.generation !== welcome.generation) return;
    if (header.kind === 'block') this.#onBlock(payload, this.#spec);
    else if (header.kind === 'weights') this.#onWeights(session, header, payload, this.#spec);
    else throw new ProtocolError('MESSAGE_UNEXPECTED', `A coordinator does not send ${header.kind} frames.`);
  }

  #onBlock(payload: Uint8Array, spec: RunSpec): void {
    const name = blockName(payload);
    const block = decodeBlock(payload, spec.data);
    for (const wanted of this.#pinned.values()) if (wanted.has(name)) wanted.set(name, block);
    const dropped = this.#cache.add(name, block);
    if (dropped.length > 0) this.#send({ droppedBlocks: { names: dropped.map((old) => Buffer.from(old, 'hex')) } });
    this.#dispatch({ type: 'block', name });
  }

  #onWeights(session: Session, header: FrameHeader, payload: Uint8Array, spec: RunSpec): void {
    if (header.offset === 0)
      session.weights = { step: header.step, assembly: new VectorAssembly(new Float32Array(spec.parameters)) };
    if (session.weights?.step !== header.step)
      throw new ProtocolError('CHUNK_OUT_OF_ORDER', 'Weights of another step came in between.');
    const params = session.weights.assembly.add(header, payload);
    if (!params) return;
    delete session.weights;
    this.#compute.setWeights(header.step, params);
    this.#dispatch({ type: 'weights', step: header.step });
  }

  // ---- leases

  /** Blocks of a lease stay at hand until it is computed, whatever the cache drops meanwhile. */
  #onLease(lease: ControlBodies['lease']): void {
    const names = lease.blocks.map((name) => Buffer.from(name).toString('hex'));
    this.#pinned.set(lease.leaseId, new Map(names.map((name) => [name, this.#cache.get(name)])));
    this.#dispatch({ type: 'leased', lease, missing: names.filter((name) => !this.#cache.has(name)) });
  }

  #startLease(lease: ControlBodies['lease']): void {
    const spec = this.#spec;
    const blocks = [...(this.#pinned.get(lease.leaseId)?.values() ?? [])];
    this.#pinned.delete(lease.leaseId);
    if (!spec) throw new ProtocolError('MESSAGE_UNEXPECTED', 'A lease came before Welcome.');
    const shape = { rows: lease.rows, steps: lease.timeSteps };
    const tasks = lease.shards.map(({ shard, exampleIds, blockIndexes }): ShardTask => {
      const positions = new Map(exampleIds?.map((id, position) => [id, blockIndexes?.[position] ?? 0]));
      const find = (id: number): { block: DecodedBlock; row: number } => {
        const block = blocks[positions.get(id) ?? -1];
        if (!block)
          throw new ProtocolError(
            'BLOCK_MISSING',
            `Example ${id} of lease ${lease.leaseId} lies in no block of the lease.`,
          );
        return { block, row: id - block.first };
      };
      return { shard: shard ?? 0, batch: assembleShard(spec.data, exampleIds ?? [], find, shape) };
    });
    this.#compute.compute(lease.leaseId, lease.purpose === Purpose.PURPOSE_TRAIN ? 'train' : 'evaluate', tasks);
  }

  #answer(leaseId: number, step: number): void {
    const result = this.#results.get(leaseId);
    const session = this.#session;
    if (!result || !session?.welcome) return;
    const { shards, computeMs, nodes } = result;
    if (result.purpose === 'evaluate') {
      this.#send({ evaluationReports: { leaseId, step, reports: [...shards], computeMs } });
      return;
    }
    this.#send({ shardReports: { leaseId, step, reports: [...shards], computeMs } });
    const { runId, generation, maxChunkBytes } = session.welcome;
    for (const { node, vector } of nodes) {
      const header = { kind: 'gradient', generation, step, attempt: leaseId, ...node, runId } as const;
      for (const frame of encodeVector(header, vector, Math.min(maxChunkBytes, defaultLimits.maxChunkBytes), crc32)) {
        session.connection.send(frame);
      }
    }
  }
}
