// A worker without tfjs: the core of a real one, real frames and leases, and gradients that are made up. Its faults are drawn.
import { hostname } from 'node:os';
import { performance } from 'node:perf_hooks';
import { crc32 } from 'node:zlib';
import { BridleError, ProtocolError, TransportError } from '../errors.js';
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
import { bridleVersion, protocolVersion } from '../protocol/version.js';
import { connect, isFinalRefusal } from '../transport/client.js';
import { closeCodes, type Connection } from '../transport/connection.js';
import {
  createWorkerState,
  defaultTimes,
  type WorkerCoreState,
  type WorkerEffect,
  type WorkerEvent,
} from '../worker/core/state.js';
import { step as coreStep } from '../worker/core/step.js';
import { slowMs, workerFate } from './fates.js';
import { answerTraining, type LightShard } from './light-lease.js';
import type { LightProcess, LightRun } from './light-process.js';

/** All light workers give the same bits for a (step, shard): a run of theirs needs no --allow-mixed-kernels. */
export const loadtestKernelId = 'loadtest/1';

type Lease = ControlBodies['lease'];

interface Session {
  readonly connection: Connection;
  welcome?: ControlBodies['welcome'];
  weights?: { readonly step: number; readonly assembly: VectorAssembly };
}

export interface LightWorkerHandlers {
  onJoined(): void;
  /** The run has ended, or the worker was asked to leave. */
  onEnded(): void;
  /** The worker may not come back. */
  onFailed(code: string, message: string): void;
}

export class LightWorker {
  readonly #number: number;
  readonly #shared: LightProcess;
  readonly #handlers: LightWorkerHandlers;
  readonly #held = new Set<string>();
  /** Shards of the lease being answered, by lease. */
  readonly #answers = new Map<number, { readonly lease: Lease; readonly shards: readonly LightShard[] }>();
  /** Planted gradients that were sent and may still turn out to be unwanted, by lease. */
  readonly #sent = new Map<number, readonly { readonly step: number; readonly shard: number }[]>();
  #core: WorkerCoreState;
  #session: Session | undefined;
  #drawnStep = -1;
  #isDropping = false;

  constructor(number: number, shared: LightProcess, handlers: LightWorkerHandlers) {
    this.#number = number;
    this.#shared = shared;
    this.#handlers = handlers;
    this.#core = this.#newCore();
  }

  get name(): string {
    return `light-${this.#number}`;
  }

  start(): void {
    this.#dispatch({ type: 'start' });
  }

  leave(): void {
    this.#dispatch({ type: 'stop' });
  }

  tick(jitter: number): void {
    this.#dispatch({ type: 'tick', jitter });
  }

  #newCore(): WorkerCoreState {
    return createWorkerState(performance.now(), { ...defaultTimes, joinTimeoutMs: 60_000 });
  }

  #dispatch(event: WorkerEvent): void {
    for (const effect of coreStep(this.#core, event, performance.now())) this.#perform(effect);
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
        void this.#compute(effect.lease).catch((error: unknown) => this.#fail(error));
        return;
      case 'abandon':
        this.#onAbandoned(effect.leaseId);
        return;
      case 'answer':
        this.#answer(effect.leaseId);
        return;
      case 'disconnect':
        this.#session?.connection.terminate();
        return;
      case 'note':
        return;
      case 'exit':
        this.#exit(effect.code, effect.message, effect.isError);
    }
  }

  #exit(code: string, message: string, isError: boolean): void {
    this.#session?.connection.close(closeCodes.goingAway, 'worker ends');
    this.#session = undefined;
    if (!isError) this.#handlers.onEnded();
    else if (code === 'STUCK') this.#startAgain(message);
    else this.#handlers.onFailed(code, message);
  }

  /** A launcher would start a stuck worker's process again. */
  #startAgain(reason: string): void {
    this.#shared.options.tell({ type: 'lost', worker: this.name, reason });
    this.#core = this.#newCore();
    this.#held.clear();
    this.start();
  }

  #fail(error: unknown): void {
    const code = error instanceof BridleError ? error.code : 'INTERNAL';
    this.#handlers.onFailed(code, error instanceof Error ? error.message : String(error));
  }

  async #connect(): Promise<void> {
    try {
      const connection = await connect(this.#shared.options.connect);
      const session: Session = { connection };
      connection.handle({
        onMessage: (bytes) => this.#onMessage(session, bytes),
        onClose: (code, reason) => this.#onClose(session, `${code} ${reason}`),
      });
      this.#session = session;
      this.#dispatch({ type: 'connected' });
    } catch (error) {
      const known = error instanceof BridleError ? error : new TransportError('CONNECT_FAILED', String(error));
      const isFinal = !(known instanceof TransportError) || isFinalRefusal(known.code);
      this.#dispatch({ type: 'connectFailed', code: known.code, message: known.message, isFinal });
    }
  }

  #onClose(session: Session, reason: string): void {
    if (this.#session !== session) return;
    this.#session = undefined;
    if (!this.#isDropping && session.welcome) this.#shared.options.tell({ type: 'lost', worker: this.name, reason });
    this.#isDropping = false;
    this.#dispatch({ type: 'closed', reason });
  }

  #sendHello(): void {
    this.#send({
      hello: {
        protocolMajor: protocolVersion.major,
        protocolMinor: protocolVersion.minor,
        bridleVersion,
        kernelId: loadtestKernelId,
        capabilities: [],
        name: this.name,
        processId: process.pid,
        host: hostname(),
        role: Role.ROLE_WORKER,
        heldBlocks: [...this.#held].map((name) => Buffer.from(name, 'hex')),
      },
    });
  }

  #send(draft: ControlDraft): void {
    this.#sendBytes(encodeControl(draft));
  }

  #sendBytes(bytes: Uint8Array): void {
    this.#shared.bytesOut += bytes.length;
    this.#session?.connection.send(bytes);
  }

  // ---- what comes in

  #onMessage(session: Session, bytes: Uint8Array): void {
    if (this.#session !== session) return;
    this.#shared.bytesIn += bytes.length;
    this.#dispatch({ type: 'heard' });
    try {
      if (isFrame(bytes)) {
        const { header, payload } = decodeFrame(bytes, crc32);
        this.#onFrame(session, header, payload);
      } else this.#onControl(session, decodeControl(bytes));
    } catch (error) {
      this.#fail(error); // a coordinator that breaks the protocol is what a load test is to find
    }
  }

  #onControl(session: Session, message: ControlMessage): void {
    switch (message.kind) {
      case 'welcome':
        session.welcome = message.body;
        this.#shared.learn(message.body.runSpec);
        this.#dispatch({ type: 'welcomed' });
        this.#handlers.onJoined();
        return;
      case 'lease':
        this.#onLease(message.body);
        return;
      case 'revoke':
        this.#onRevoked(message.body.leaseId);
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

  #onFrame(session: Session, header: FrameHeader, payload: Uint8Array): void {
    const { run } = this.#shared;
    const { welcome } = session;
    if (!run || !welcome) throw new ProtocolError('MESSAGE_UNEXPECTED', 'A tensor frame came before Welcome.');
    if (header.runId !== welcome.runId || header.generation !== welcome.generation) return;
    if (header.kind === 'block') {
      const name = this.#shared.addBlock(payload, run.spec);
      this.#held.add(name);
      this.#dispatch({ type: 'block', name });
    } else this.#onWeights(session, header, payload, run);
  }

  #onWeights(session: Session, header: FrameHeader, payload: Uint8Array, run: LightRun): void {
    const { step } = header;
    if (header.offset === 0) session.weights = { step, assembly: new VectorAssembly(run.scratch) };
    if (session.weights?.step !== step)
      throw new ProtocolError('CHUNK_OUT_OF_ORDER', 'Weights of another step came in between.');
    if (!session.weights.assembly.add(header, payload)) return;
    delete session.weights;
    this.#shared.options.onWeights(step);
    this.#dispatch({ type: 'weights', step });
  }

  // ---- leases

  #onLease(lease: Lease): void {
    this.#sent.clear(); // a new lease: the reports before it have been taken in
    const names = lease.blocks.map((name) => Buffer.from(name).toString('hex'));
    this.#dispatch({ type: 'leased', lease, missing: names.filter((name) => !this.#held.has(name)) });
  }

  #onRevoked(leaseId: number): void {
    for (const planted of this.#sent.get(leaseId) ?? []) this.#shared.options.tell({ type: 'overtaken', ...planted });
    this.#sent.delete(leaseId);
    this.#dispatch({ type: 'revoked', leaseId });
  }

  #onAbandoned(leaseId: number): void {
    this.#answers.delete(leaseId);
  }

  /** Counts the targets of a lease, draws its faults, and lets the core go on once the answer is due. */
  async #compute(lease: Lease): Promise<void> {
    const core = this.#core;
    const { rates, plan } = this.#shared.options;
    const isTraining = lease.purpose === Purpose.PURPOSE_TRAIN;
    const isFirst = isTraining && this.#drawnStep < lease.step;
    const fate = isFirst ? workerFate(plan.seed, rates, lease.step, this.#number) : 'answer';
    if (isFirst) this.#drawnStep = lease.step;
    if (fate === 'drop') {
      this.#isDropping = true;
      this.#shared.options.tell({ type: 'dropped' });
      this.#session?.connection.terminate();
    }
    if (fate === 'slow') {
      this.#shared.options.tell({ type: 'slowed' });
      await new Promise((resolve) => setTimeout(resolve, slowMs));
    } else await new Promise((resolve) => setImmediate(resolve));
    if (fate !== 'drop') this.#answers.set(lease.leaseId, { lease, shards: await this.#describe(lease, isTraining) });
    if (this.#core === core) this.#dispatch({ type: 'computed', leaseId: lease.leaseId });
    this.#answers.delete(lease.leaseId);
  }

  /** Targets of each shard, and whether it gets a NaN: only its first computation does, so leave is asked for it. */
  async #describe(lease: Lease, isTraining: boolean): Promise<LightShard[]> {
    const { run, options } = this.#shared;
    const names = lease.blocks.map((name) => Buffer.from(name).toString('hex'));
    const shards: LightShard[] = [];
    for (const { shard, exampleIds, blockIndexes } of lease.shards) {
      const number = shard ?? 0;
      const counts = (exampleIds ?? []).map((id, position) =>
        run ? this.#shared.targetsOf(names[blockIndexes?.[position] ?? 0] ?? '', id, run.spec) : 0,
      );
      const isWanted = isTraining && run?.source.isPoisoned(lease.step, number) === true;
      const isPoisoned = isWanted && (await options.ask(lease.step, number));
      shards.push({ shard: number, count: counts.reduce((sum, count) => sum + count, 0), isPoisoned });
    }
    return shards;
  }

  #answer(leaseId: number): void {
    const answer = this.#answers.get(leaseId);
    const { run } = this.#shared;
    const welcome = this.#session?.welcome;
    if (!answer || !run || !welcome) return;
    const { lease, shards } = answer;
    const fence = { leaseId, step: lease.step, computeMs: 0 };
    if (lease.purpose !== Purpose.PURPOSE_TRAIN) {
      const reports = shards.map(({ shard, count }) => ({ shard, loss: 0.5 * count, count, correct: 0 }));
      this.#send({ evaluationReports: { ...fence, reports } });
      return;
    }
    const { reports, nodes } = answerTraining(run.source, run.layout, run.spec.shards, lease.step, shards);
    this.#notePlanted(leaseId, lease.step, shards);
    this.#send({ shardReports: { ...fence, reports: [...reports] } });
    const maxChunkBytes = Math.min(welcome.maxChunkBytes, defaultLimits.maxChunkBytes);
    const { runId, generation } = welcome;
    for (const { node, vector } of nodes) {
      const header = { kind: 'gradient', generation, step: lease.step, attempt: leaseId, ...node, runId } as const;
      for (const frame of encodeVector(header, vector, maxChunkBytes, crc32)) this.#sendBytes(frame);
    }
  }

  #notePlanted(leaseId: number, step: number, shards: readonly LightShard[]): void {
    const planted = shards.filter(({ isPoisoned }) => isPoisoned).map(({ shard }) => ({ step, shard }));
    if (planted.length === 0) return;
    this.#sent.set(leaseId, planted);
    for (const each of planted) this.#shared.options.tell({ type: 'planted', ...each });
  }
}
