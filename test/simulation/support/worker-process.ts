// A worker process in the simulator: the real core, a toy compute thread, a data cache, and a launcher that starts it again.
import { crc32 } from 'node:zlib';
import {
  createWorkerState,
  defaultTimes,
  type WorkerCoreState,
  type WorkerEffect,
  type WorkerEvent,
} from '../../../src/worker/core/state.js';
import { step as coreStep } from '../../../src/worker/core/step.js';
import { copyOf, encodeVector, VectorAssembly } from '../../../src/protocol/chunks.js';
import { decodeControl, encodeControl, Purpose, Role, type ControlBodies } from '../../../src/protocol/control.js';
import { joinMessage, type Message } from '../../../src/protocol/message.js';
import { decodeFrame, isFrame, type FrameHeader } from '../../../src/protocol/frame.js';
import type { ShardHealth, ShardScore } from '../../../src/coordinator/core/state.js';
import type { TreeNode } from '../../../src/collective/tree.js';
import type { Link } from './link.js';
import { layout, scoreOf, trainingOf, type ToyOptions } from './toy-training.js';
import { bytesOf, chunkBytes, heartbeatBytes, hexOf } from './toy-wire.js';
import type { World } from './world.js';

interface Result {
  readonly reports: readonly (ShardHealth | ShardScore)[];
  readonly nodes: readonly { readonly node: TreeNode; readonly vector: Float32Array }[];
  readonly purpose: 'train' | 'evaluate';
}

interface Fence {
  readonly leaseId: number;
  readonly step: number;
  readonly runId: string;
  readonly generation: number;
}

const tickMs = 500;

export class WorkerProcess {
  readonly name: string;
  /** How much slower than the others. */
  slowness = 1;
  /** Leases that its compute thread never finishes. */
  numHangs = 0;
  /** Gradients that are to end after their first chunk, or before it. */
  numHolds = 0;
  /** The same for leases of an evaluation alone. */
  numEvaluationHangs = 0;
  /** Gradients that it gets wrong (not finite) the first time. */
  numFlaws = 0;
  readonly #world: World;
  readonly #toy: ToyOptions;
  #core: WorkerCoreState | undefined;
  #life = 0;
  #frozenUntil = 0;
  #deferred: (() => void)[] = [];
  #link: Link | undefined;
  #session: { readonly runId: string; readonly generation: number } | undefined;
  #assembly: { readonly step: number; readonly vector: VectorAssembly } | undefined;
  #params: Float32Array | undefined;
  #cache = new Set<string>();
  #results = new Map<number, Result>();
  /** Sends the gradients that the core withholds. */
  #sendWithheld: () => void = () => undefined;
  /** Blocks that each lease still waits for. */
  #wanting = new Map<number, Set<string>>();

  constructor(world: World, toy: ToyOptions, name: string) {
    this.#world = world;
    this.#toy = toy;
    this.name = name;
  }

  get isRunning(): boolean {
    return this.#core !== undefined;
  }

  start(): void {
    const { timeline, random } = this.#world;
    this.#life += 1;
    this.#core = createWorkerState(timeline.now, { ...defaultTimes, joinTimeoutMs: 600_000 });
    this.#dispatch({ type: 'start' });
    const tick = (): void => {
      this.#dispatch({ type: 'tick', jitter: random.unit() });
      this.#later(tickMs, tick);
    };
    this.#later(random.between(0, tickMs), tick);
  }

  /** SIGKILL; the launcher starts the process again after a while. */
  kill(restartMs: number): void {
    if (!this.#core) return;
    this.#world.timeline.note(`${this.name} killed`);
    this.#link?.dropClient();
    this.#forget();
    this.#world.timeline.in(restartMs, () => this.start());
  }

  /** SIGSTOP and, after a while, SIGCONT: everything that came in between waits. */
  freeze(durationMs: number): void {
    this.#world.timeline.note(`${this.name} frozen`);
    this.#frozenUntil = Math.max(this.#frozenUntil, this.#world.timeline.now + durationMs);
    this.#world.timeline.in(durationMs, () => this.#thaw());
  }

  get link(): Link | undefined {
    return this.#link;
  }

  #thaw(): void {
    if (this.#world.timeline.now < this.#frozenUntil) return;
    const waiting = this.#deferred;
    this.#deferred = [];
    for (const run of waiting) run();
  }

  #forget(): void {
    this.#life += 1;
    this.#core = undefined;
    this.#link = undefined;
    this.#session = undefined;
    this.#assembly = undefined;
    this.#params = undefined;
    this.#cache = new Set();
    this.#results = new Map();
    this.#wanting = new Map();
    this.#deferred = [];
    this.#frozenUntil = 0;
  }

  /** Runs something in this process: not after its death, and not while it is frozen. */
  #inProcess(life: number, run: () => void): void {
    if (life !== this.#life) return;
    if (this.#world.timeline.now < this.#frozenUntil) this.#deferred.push(() => this.#inProcess(life, run));
    else run();
  }

  #later(delayMs: number, run: () => void): void {
    const life = this.#life;
    this.#world.timeline.in(delayMs, () => this.#inProcess(life, run));
  }

  #dispatch(event: WorkerEvent): void {
    if (!this.#core) return;
    for (const effect of coreStep(this.#core, event, this.#world.timeline.now)) this.#perform(effect);
  }

  #perform(effect: WorkerEffect): void {
    switch (effect.type) {
      case 'connect':
        this.#connect();
        return;
      case 'hello':
        this.#link?.sendToServer(
          encodeControl({
            hello: {
              protocolMajor: 1,
              kernelId: 'toy',
              name: this.name,
              role: Role.ROLE_WORKER,
              heldBlocks: [...this.#cache].map(bytesOf),
            },
          }),
        );
        return;
      case 'send':
        this.#link?.sendToServer(encodeControl(effect.draft));
        return;
      case 'compute':
        this.#compute(effect.lease);
        return;
      case 'answer':
        this.#answer(effect.leaseId, effect.step);
        return;
      case 'sendGradients':
        this.#sendWithheld();
        return;
      case 'disconnect':
        this.#link?.terminateFromClient(effect.reason);
        return;
      case 'exit':
        this.#exit(effect.code);
        return;
      case 'abandon':
      case 'note':
    }
  }

  #exit(code: string): void {
    this.#world.timeline.note(`${this.name} exits with ${code}`);
    this.#link?.terminateFromClient('worker ends');
    this.#forget();
    if (code !== 'DONE') this.#world.timeline.in(500, () => this.start());
  }

  #connect(): void {
    const life = this.#life;
    this.#world.connect(this.name, {
      onRefused: () =>
        this.#inProcess(life, () =>
          this.#dispatch({ type: 'connectFailed', code: 'CONNECT_FAILED', message: 'refused', isFinal: false }),
        ),
      onConnected: (link) => {
        if (life !== this.#life) {
          link.dropClient();
          return undefined;
        }
        this.#inProcess(life, () => {
          this.#link = link;
          this.#dispatch({ type: 'connected' });
        });
        return {
          onMessage: (bytes) => this.#inProcess(life, () => this.#onMessage(link, bytes)),
          onClose: (reason) => this.#inProcess(life, () => this.#onClosed(link, reason)),
        };
      },
    });
  }

  #onClosed(link: Link, reason: string): void {
    if (this.#link !== link) return;
    this.#link = undefined;
    this.#session = undefined;
    this.#assembly = undefined;
    this.#dispatch({ type: 'closed', reason });
  }

  #onMessage(link: Link, bytes: Uint8Array): void {
    if (this.#link !== link) return;
    this.#dispatch({ type: 'heard' });
    if (bytes === heartbeatBytes) return;
    if (isFrame([bytes])) {
      const { header, payload } = decodeFrame([bytes], crc32);
      this.#onFrame(header, payload);
      return;
    }
    const message = decodeControl(bytes);
    if (message.kind === 'welcome') {
      this.#session = { runId: message.body.runId, generation: message.body.generation };
      this.#dispatch({ type: 'welcomed' });
    } else if (message.kind === 'lease') this.#onLease(message.body);
    else if (message.kind === 'revoke') this.#dispatch({ type: 'revoked', leaseId: message.body.leaseId });
    else if (message.kind === 'clearToSend') this.#dispatch({ type: 'cleared', leaseId: message.body.leaseId });
    else if (message.kind === 'stop')
      this.#dispatch({ type: 'stopped', code: message.body.code, message: message.body.message });
  }

  #onFrame(header: FrameHeader, payload: Message): void {
    if (header.kind === 'block') {
      const name = hexOf(joinMessage(payload));
      this.#cache.add(name);
      const dropped = [...this.#cache].slice(0, Math.max(0, this.#cache.size - 3));
      for (const old of dropped) this.#cache.delete(old);
      if (dropped.length > 0)
        this.#link?.sendToServer(encodeControl({ droppedBlocks: { names: dropped.map(bytesOf) } }));
      for (const wanted of this.#wanting.values()) wanted.delete(name);
      this.#dispatch({ type: 'block', name });
      return;
    }
    if (header.offset === 0)
      this.#assembly = { step: header.step, vector: new VectorAssembly(new Float32Array(layout.size)) };
    if (this.#assembly?.step !== header.step) throw new Error('weights of another step came in between');
    const params = this.#assembly.vector.add(header, copyOf(payload));
    if (!params) return;
    this.#params = params;
    this.#dispatch({ type: 'weights', step: header.step });
  }

  #onLease(lease: ControlBodies['lease']): void {
    const missing = lease.blocks.map((name) => hexOf(name)).filter((name) => !this.#cache.has(name));
    this.#wanting.set(lease.leaseId, new Set(missing));
    this.#dispatch({ type: 'leased', lease, missing });
  }

  /** The compute thread: weights as they are at the start, an answer after a while. */
  #compute(lease: ControlBodies['lease']): void {
    const { random, timeline } = this.#world;
    if (this.#wanting.get(lease.leaseId)?.size !== 0)
      throw new Error(`lease ${lease.leaseId} is computed without its data`);
    this.#wanting.delete(lease.leaseId);
    const params = this.#params ?? new Float32Array(layout.size);
    const purpose = lease.purpose === Purpose.PURPOSE_TRAIN ? 'train' : 'evaluate';
    const shards = lease.shards.map(({ shard }) => shard ?? 0);
    if (this.#isToHang(purpose)) {
      timeline.note(`${this.name} hangs in lease ${lease.leaseId}`);
      return;
    }
    const result: Result =
      purpose === 'train'
        ? {
            ...trainingOf(this.#toy, params, lease.step, shards, (shard) => this.#isFlawed(lease.step, shard)),
            purpose,
          }
        : ({ reports: shards.map((shard) => scoreOf(params, shard)), nodes: [], purpose } as const);
    this.#later(this.slowness * shards.length * random.between(0.5, 1.5) * this.#world.shardMs, () => {
      this.#results.set(lease.leaseId, result);
      this.#dispatch({ type: 'computed', leaseId: lease.leaseId });
      this.#results.delete(lease.leaseId);
    });
  }

  #isToHang(purpose: Result['purpose']): boolean {
    if (this.numHangs > 0) this.numHangs -= 1;
    else if (purpose === 'evaluate' && this.numEvaluationHangs > 0) this.numEvaluationHangs -= 1;
    else return false;
    return true;
  }

  #isFlawed(step: number, shard: number): boolean {
    if (this.numFlaws === 0 || !this.#world.allowsFlaw(step, shard)) return false;
    this.numFlaws -= 1;
    return true;
  }

  #answer(leaseId: number, step: number): void {
    const result = this.#results.get(leaseId);
    const session = this.#session;
    if (!result || !session || !this.#core) return;
    if (result.purpose === 'evaluate') {
      this.#link?.sendToServer(encodeControl({ evaluationReports: { leaseId, step, reports: [...result.reports] } }));
      return;
    }
    this.#world.beforeAnswer(this, result.nodes.length);
    this.#link?.sendToServer(encodeControl({ shardReports: { leaseId, step, reports: [...result.reports] } }));
    const send = (): void => this.#sendNodes({ leaseId, step, ...session }, result.nodes);
    if (this.#core.withheld === leaseId) this.#sendWithheld = send;
    else send();
  }

  #sendNodes({ leaseId, ...fence }: Fence, nodes: Result['nodes']): void {
    const isHeld = this.numHolds > 0 && nodes.length > 0;
    if (isHeld) this.numHolds -= 1;
    let chunksLeft = isHeld ? this.#world.random.integer(0, 1) : Infinity;
    for (const { node, vector } of nodes) {
      const header = { kind: 'gradient', attempt: leaseId, ...node, ...fence } as const;
      for (const frame of encodeVector(header, vector, chunkBytes, crc32)) {
        if (chunksLeft === 0) return;
        chunksLeft -= 1;
        this.#link?.sendToServer(joinMessage(frame));
      }
    }
  }
}
