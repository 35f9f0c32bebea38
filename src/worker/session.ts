// A worker's conversation with its coordinator: performs what the core decides on the socket. What is computed is its host's.
import { hostname } from 'node:os';
import { performance } from 'node:perf_hooks';
import { crc32 } from 'node:zlib';
import type { TreeNode } from '../collective/tree.js';
import { BridleError, ProtocolError, TransportError } from '../errors.js';
import { encodeVector, VectorAssembly } from '../protocol/chunks.js';
import {
  decodeControl,
  encodeControl,
  Role,
  type ControlBodies,
  type ControlDraft,
  type ControlMessage,
} from '../protocol/control.js';
import { decodeFrame, isFrame, type FrameHeader } from '../protocol/frame.js';
import { defaultLimits } from '../protocol/limits.js';
import { bridleVersion, protocolVersion } from '../protocol/version.js';
import { isFinalRefusal } from '../transport/client.js';
import { closeCodes, type Connection } from '../transport/connection.js';
import {
  createWorkerState,
  defaultTimes,
  type WorkerCoreState,
  type WorkerEffect,
  type WorkerEvent,
} from './core/state.js';
import { step as coreStep } from './core/step.js';

export type Lease = ControlBodies['lease'];
export type Welcome = ControlBodies['welcome'];

export interface NodeGradient {
  readonly node: TreeNode;
  readonly vector: Float32Array;
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
  welcome?: Welcome;
  /** Weights that are arriving, and the step they belong to. */
  weights?: { readonly step: number; readonly assembly: VectorAssembly };
}

export class Session {
  readonly #host: SessionHost;
  readonly #core: WorkerCoreState;
  #link: Link | undefined;

  constructor(host: SessionHost, joinTimeoutMs: number) {
    this.#host = host;
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

  /** Sends the gradients of a lease's tree nodes. */
  sendNodes(leaseId: number, step: number, nodes: readonly NodeGradient[]): void {
    const { connection, welcome } = this.#link ?? {};
    if (!connection || !welcome) return;
    const { runId, generation } = welcome;
    const maxChunkBytes = Math.min(welcome.maxChunkBytes, defaultLimits.maxChunkBytes);
    for (const { node, vector } of nodes) {
      const header = { kind: 'gradient', generation, step, attempt: leaseId, ...node, runId } as const;
      for (const frame of encodeVector(header, vector, maxChunkBytes, crc32)) connection.send(frame);
    }
  }

  /** Ends the connection at once: the core tries to join anew. */
  terminate(): void {
    this.#link?.connection.terminate();
  }

  /** Closes the connection for good. */
  close(): void {
    this.#link?.connection.close(closeCodes.goingAway, 'worker ends');
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
      case 'abandon':
        this.#host.abandon(effect.leaseId);
        return;
      case 'answer':
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
      const link: Link = { connection };
      connection.handle({
        onMessage: (bytes) => this.#onMessage(link, bytes),
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
        capabilities: [],
        name,
        processId: process.pid,
        host: hostname(),
        role: Role.ROLE_WORKER,
        heldBlocks: heldBlocks.slice(-defaultLimits.maxHeldBlocks).map((held) => Buffer.from(held, 'hex')),
      },
    });
  }

  // ---- what comes in

  #onMessage(link: Link, bytes: Uint8Array): void {
    if (this.#link !== link) return;
    this.#dispatch({ type: 'heard' });
    try {
      if (isFrame(bytes)) {
        const { header, payload } = decodeFrame(bytes, crc32);
        this.#onFrame(link, header, payload);
      } else this.#onControl(link, decodeControl(bytes));
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
        this.#onLease(body);
        return;
      case 'revoke':
        this.#host.onRevoked?.(body.leaseId);
        this.#dispatch({ type: 'revoked', leaseId: body.leaseId });
        return;
      case 'reject':
        this.#dispatch({ type: 'rejected', code: body.code, message: body.message });
        return;
      case 'stop':
        this.#dispatch({ type: 'stopped', code: body.code, message: body.message });
        return;
      case 'heartbeat':
        return;
      default:
        throw new ProtocolError('MESSAGE_UNEXPECTED', `A coordinator does not send ${kind}.`);
    }
  }

  #onLease(lease: Lease): void {
    const names = lease.blocks.map((name) => Buffer.from(name).toString('hex'));
    this.#dispatch({ type: 'leased', lease, missing: this.#host.onLease(lease, names) });
  }

  #onFrame(link: Link, header: FrameHeader, payload: Uint8Array): void {
    const { welcome } = link;
    if (!welcome) throw new ProtocolError('MESSAGE_UNEXPECTED', 'A tensor frame came before Welcome.');
    if (header.runId !== welcome.runId || header.generation !== welcome.generation) return;
    if (header.kind === 'block') this.#dispatch({ type: 'block', name: this.#host.onBlock(payload) });
    else if (header.kind === 'weights') this.#onWeights(link, header, payload);
    else throw new ProtocolError('MESSAGE_UNEXPECTED', `A coordinator does not send ${header.kind} frames.`);
  }

  #onWeights(link: Link, header: FrameHeader, payload: Uint8Array): void {
    const { step } = header;
    if (header.offset === 0) link.weights = { step, assembly: new VectorAssembly(this.#host.weightsVector(step)) };
    if (link.weights?.step !== step)
      throw new ProtocolError('CHUNK_OUT_OF_ORDER', 'Weights of another step came in between.');
    const params = link.weights.assembly.add(header, payload);
    if (!params) return;
    delete link.weights;
    this.#host.onWeights(step, params);
    this.#dispatch({ type: 'weights', step });
  }
}
