// A worker's conversation with its coordinator: performs what the core decides on the socket. What is computed is its host's.
import { hostname } from 'node:os';
import { performance } from 'node:perf_hooks';
import { copyBytes, crc32 } from '../backend/bytes.js';
import type { TreeNode } from '../collective/tree.js';
import { BridleError, ProtocolError, TransportError } from '../errors.js';
import {
  decodeControl,
  encodeControl,
  Role,
  type ControlBodies,
  type ControlDraft,
  type ControlMessage,
} from '../protocol/control.js';
import { payloadSize } from '../protocol/chunks.js';
import { decodeFrame, isFrame, type Frame } from '../protocol/frame.js';
import { defaultLimits } from '../protocol/limits.js';
import { joinMessage, type Message } from '../protocol/message.js';
import { sharedMemoryCapability, type PayloadChoice } from '../protocol/payload.js';
import { bridleVersion, collectCapability, protocolVersion } from '../protocol/version.js';
import { wireCapability } from '../protocol/wire-dtype.js';
import { isFinalRefusal } from '../transport/client.js';
import { closeCodes, maxBatchedBytes, type Connection } from '../transport/connection.js';
import { SendMemory } from '../transport/send-memory.js';
import {
  createWorkerState,
  defaultTimes,
  type WorkerCoreState,
  type WorkerEffect,
  type WorkerEvent,
} from './core/state.js';
import { step as coreStep } from './core/step.js';
import type { SharedMemory } from './shared-memory.js';
import { TensorRoad, type NodeVector } from './tensor-road.js';

export type Lease = ControlBodies['lease'];
export type Welcome = ControlBodies['welcome'];
type ShardReports = NonNullable<ControlDraft['shardReports']>;

export interface NodeGradient extends NodeVector {
  readonly node: TreeNode;
}

/** What a session needs of the worker that it speaks for. Errors of handlers for what came in close the connection. */
export interface SessionHost {
  connect(): Promise<Connection>;
  /** Who joins; blocks are named in hexadecimal. */
  introduce(): { readonly kernelId: string; readonly name: string; readonly heldBlocks: readonly string[] };
  onWelcome(welcome: Welcome): void;
  /** Keeps a block; returns its name. */
  onBlock(payload: Uint8Array): string;
  /** Where the weights that begin to arrive are to lie. */
  weightsVector(step: number): Float32Array;
  onWeights(step: number, params: Float32Array): void;
  /** Shared memory was taken up: it may be laid over the host's own vectors. */
  onSharedMemory(memory: SharedMemory): void;
  /** Returns which of the lease's blocks, by name, are not here. */
  onLease(lease: Lease, blocks: readonly string[]): readonly string[];
  onRevoked?(leaseId: number): void;
  /** Begins to compute a lease; `computed` is to be called when it is done. */
  compute(lease: Lease): void;
  abandon(leaseId: number): void;
  /** Sends the answer to a computed lease. */
  answer(leaseId: number, step: number): void;
  onNote(code: string, message: string): void;
  /** The coordinator broke the contract; its connection is closed. */
  onBreach(error: unknown): void;
  onLost?(reason: string, wasJoined: boolean): void;
  onExit(code: string, message: string, isError: boolean): void;
  /** Something failed on this side: the worker must end. */
  onFailed(error: unknown): void;
}

interface Link {
  readonly connection: Connection;
  readonly road: TensorRoad;
  welcome?: Welcome;
}

export interface SessionOptions {
  /** How long it is tried to reach a coordinator, at the start and after a loss. */
  readonly joinTimeoutMs: number;
  readonly payload: PayloadChoice;
}

export class Session {
  readonly #host: SessionHost;
  readonly #core: WorkerCoreState;
  readonly #payload: PayloadChoice;
  readonly #memory = new SendMemory(copyBytes);
  #link: Link | undefined;
  /** Sends the gradients that the core withholds. */
  #sendWithheld: (() => void) | undefined;

  constructor(host: SessionHost, { joinTimeoutMs, payload }: SessionOptions) {
    this.#host = host;
    this.#payload = payload;
    this.#core = createWorkerState(performance.now(), { ...defaultTimes, joinTimeoutMs });
  }

  start(): void {
    this.#dispatch({ type: 'start' });
  }

  stop(): void {
    this.#dispatch({ type: 'stop' });
  }

  /** To be called every 100 ms or so; `jitter`: a number from 0 to 1, drawn anew each time. */
  tick(jitter: number): void {
    this.#dispatch({ type: 'tick', jitter });
  }

  /** A lease that the host was to compute is done. */
  computed(leaseId: number): void {
    this.#dispatch({ type: 'computed', leaseId });
  }

  send(draft: ControlDraft): void {
    this.#link?.connection.send(encodeControl(draft));
  }

  /**
   * Answers a training lease: what its shards came to, and the gradients of its tree nodes. Those of a lease that waits are
   * asked of `nodesOf` when they are to leave.
   */
  sendAnswer(reports: ShardReports, nodesOf: () => readonly NodeGradient[]): void {
    const [leaseId, step] = [reports.leaseId ?? 0, reports.step ?? 0];
    if (this.#core.withheld === leaseId) {
      this.#sendWithheld = () => this.#sendNodes(leaseId, step, nodesOf());
      this.send({ shardReports: reports });
      return;
    }
    const nodes = nodesOf();
    const queue = (): void => {
      this.send({ shardReports: reports });
      this.#sendNodes(leaseId, step, nodes);
    };
    const isShort = nodes.length * (nodes[0] ? payloadSize(nodes[0].vector) : 0) <= maxBatchedBytes;
    if (isShort) this.#link?.connection.batch(queue);
    else queue();
  }

  #sendNodes(leaseId: number, step: number, nodes: readonly NodeGradient[]): void {
    const link = this.#link;
    if (!link?.welcome) return;
    const { runId, generation, maxChunkBytes } = link.welcome;
    link.road.beginAnswer(nodes.some(({ cell }) => cell !== undefined));
    for (const { node, ...vector } of nodes) {
      const header = { kind: 'gradient', generation, step, attempt: leaseId, ...node, runId } as const;
      const frames = link.road.encode(header, vector, maxChunkBytes, (error) => this.#onRoadClosed(error));
      for (const frame of frames) this.#sendCopy(link.connection, frame);
    }
  }

  /** The host may write its vectors again while a frame still waits: when a lease was taken back, and another given. */
  #sendCopy(connection: Connection, frame: Message): void {
    const copy = this.#memory.copy(frame);
    connection.send(copy);
    connection.whenSent(() => this.#memory.giveBack(copy));
  }

  /** Ends the connection at once: the core tries to join anew. */
  terminate(): void {
    this.#link?.connection.terminate();
  }

  /** Closes the connection for good. */
  close(): void {
    this.#link?.connection.close(closeCodes.goingAway, 'worker ends');
    this.#link?.road.close();
    this.#link = undefined;
  }

  #dispatch(event: WorkerEvent): void {
    try {
      for (const effect of coreStep(this.#core, event, performance.now())) this.#perform(effect);
    } catch (error) {
      this.#host.onFailed(error);
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
        this.send(effect.draft);
        return;
      case 'compute':
        this.#host.compute(effect.lease);
        return;
      case 'sendGradients':
        this.#sendWithheld?.();
        this.#sendWithheld = undefined;
        return;
      case 'abandon':
        this.#host.abandon(effect.leaseId);
        return;
      case 'answer':
        this.#sendWithheld = undefined;
        if (this.#link?.welcome) this.#host.answer(effect.leaseId, effect.step);
        return;
      case 'disconnect':
        this.terminate();
        return;
      case 'note':
        this.#host.onNote(effect.code, effect.message);
        return;
      case 'exit':
        this.close();
        this.#host.onExit(effect.code, effect.message, effect.isError);
    }
  }

  async #connect(): Promise<void> {
    try {
      const connection = await this.#host.connect();
      const link: Link = { connection, road: new TensorRoad() };
      connection.handle({
        onMessage: (message) => this.#onMessage(link, message),
        onClose: (code, reason) => this.#onClose(link, `${code} ${reason}`),
      });
      this.#link = link;
      this.#dispatch({ type: 'connected' });
    } catch (error) {
      const known = error instanceof BridleError ? error : new TransportError('CONNECT_FAILED', String(error));
      const isFinal = !(known instanceof TransportError) || isFinalRefusal(known.code);
      this.#dispatch({ type: 'connectFailed', code: known.code, message: known.message, isFinal });
    }
  }

  #onClose(link: Link, reason: string): void {
    if (this.#link !== link) return;
    this.#link = undefined;
    link.road.close();
    this.#host.onLost?.(reason, link.welcome !== undefined);
    this.#dispatch({ type: 'closed', reason });
  }

  #sendHello(): void {
    const { kernelId, name, heldBlocks } = this.#host.introduce();
    this.send({
      hello: {
        protocolMajor: protocolVersion.major,
        protocolMinor: protocolVersion.minor,
        bridleVersion,
        kernelId,
        capabilities: [
          wireCapability,
          collectCapability,
          ...(this.#payload === 'frame' ? [] : [sharedMemoryCapability]),
        ],
        name,
        processId: process.pid,
        host: hostname(),
        role: Role.ROLE_WORKER,
        heldBlocks: heldBlocks.slice(-defaultLimits.maxHeldBlocks).map((held) => Buffer.from(held, 'hex')),
      },
    });
  }

  // ---- what comes in

  #onMessage(link: Link, message: Message): void {
    if (this.#link !== link) return;
    this.#dispatch({ type: 'heard' });
    try {
      if (isFrame(message)) this.#onFrame(link, decodeFrame(message, crc32));
      else this.#onControl(link, decodeControl(joinMessage(message)));
    } catch (error) {
      // A coordinator that breaks the contract loses this worker's connection, never the process.
      this.#host.onBreach(error);
      link.connection.close(closeCodes.protocol, error instanceof Error ? error.message : String(error));
    }
  }

  #onControl(link: Link, { kind, body }: ControlMessage): void {
    switch (kind) {
      case 'welcome':
        if (link.welcome) throw new ProtocolError('MESSAGE_UNEXPECTED', 'A second Welcome came.');
        link.welcome = body;
        this.#host.onWelcome(body);
        this.#dispatch({ type: 'welcomed' });
        return;
      case 'lease':
        this.#onLease(link, body);
        return;
      case 'revoke':
        this.#host.onRevoked?.(body.leaseId);
        this.#dispatch({ type: 'revoked', leaseId: body.leaseId });
        return;
      case 'clearToSend':
        this.#dispatch({ type: 'cleared', leaseId: body.leaseId });
        return;
      case 'reject':
        this.#dispatch({ type: 'rejected', code: body.code, message: body.message });
        return;
      case 'stop':
        this.#dispatch({ type: 'stopped', code: body.code, message: body.message });
        return;
      case 'sharedMemory':
        this.#onSharedMemory(link, body);
        return;
      case 'heartbeat':
        return;
      default:
        throw new ProtocolError('MESSAGE_UNEXPECTED', `A coordinator does not send ${kind}.`);
    }
  }

  #onLease({ road }: Link, lease: Lease): void {
    if (this.#payload === 'shm' && !road.hasSharedMemory) {
      const message = 'The coordinator offers no shared memory: it runs elsewhere, or with --payload frame.';
      this.#host.onFailed(new TransportError('SHM_UNAVAILABLE', `${message} Leave out --payload shm.`));
      return;
    }
    const names = lease.blocks.map((name) => Buffer.from(name).toString('hex'));
    this.#dispatch({ type: 'leased', lease, missing: this.#host.onLease(lease, names) });
  }

  #onFrame(link: Link, frame: Frame): void {
    const { welcome } = link;
    const { header, payload } = frame;
    if (!welcome) throw new ProtocolError('MESSAGE_UNEXPECTED', 'A tensor frame came before Welcome.');
    if (header.runId !== welcome.runId || header.generation !== welcome.generation) return;
    if (header.kind === 'block') this.#dispatch({ type: 'block', name: this.#host.onBlock(joinMessage(payload)) });
    else if (header.kind === 'weights') this.#onWeights(link, frame);
    else throw new ProtocolError('MESSAGE_UNEXPECTED', `A coordinator does not send ${header.kind} frames.`);
  }

  #onWeights({ road }: Link, frame: Frame): void {
    const arrived = road.addWeights(frame, (step) => this.#host.weightsVector(step));
    if (!arrived) return;
    this.#host.onWeights(arrived.step, arrived.params);
    this.#dispatch({ type: 'weights', step: arrived.step });
  }

  #onSharedMemory({ road, welcome }: Link, offer: ControlBodies['sharedMemory']): void {
    if (!welcome || this.#payload === 'frame')
      throw new ProtocolError('MESSAGE_UNEXPECTED', 'SharedMemory came, and was not waited for.');
    let nonce: Uint8Array = new Uint8Array(0);
    try {
      const memory = road.takeSharedMemory(offer);
      nonce = memory.nonce;
      this.#host.onSharedMemory(memory);
    } catch (error) {
      if (!(error instanceof TransportError)) throw error;
      this.#onRoadClosed(error);
    }
    this.send({ sharedMemoryTaken: { nonce } });
  }

  /** Shared memory cannot be used: frames take its place, unless the user wants nothing else. */
  #onRoadClosed(error: TransportError): void {
    if (this.#payload === 'shm') this.#host.onFailed(error);
    else this.#host.onNote(error.code, error.message);
  }
}
