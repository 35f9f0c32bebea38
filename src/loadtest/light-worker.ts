// A worker without a backend: the session of a real one, real frames and leases, and gradients that are made up. Its faults are drawn.
import { BridleError, ProtocolError } from '../errors.js';
import { Purpose } from '../protocol/control.js';
import { connect } from '../transport/client.js';
import type { Connection } from '../transport/connection.js';
import type { SharedMemory } from '../worker/shared-memory.js';
import { Session, type Lease, type SessionHost, type Welcome } from '../worker/session.js';
import { slowMs, workerFate } from './fates.js';
import type { LightShard } from './light-lease.js';
import type { LightProcess, LightRun } from './light-process.js';
import { countTraffic } from './traffic.js';

/** All light workers give the same bits for a (step, shard): a run of theirs needs no --allow-mixed-kernels. */
export const loadtestKernelId = 'loadtest/1';

const joinTimeoutMs = 60_000;

export interface LightWorkerHandlers {
  onJoined(): void;
  /** The run has ended, or the worker was asked to leave. */
  onEnded(): void;
  /** The worker may not come back. */
  onFailed(code: string, message: string): void;
}

export class LightWorker implements SessionHost {
  readonly #number: number;
  readonly #shared: LightProcess;
  readonly #handlers: LightWorkerHandlers;
  readonly #held = new Set<string>();
  /** Shards of the lease being answered, by lease. */
  readonly #answers = new Map<number, { readonly lease: Lease; readonly shards: readonly LightShard[] }>();
  /** Planted gradients that were sent and may still turn out to be unwanted, by lease. */
  readonly #sent = new Map<number, readonly { readonly step: number; readonly shard: number }[]>();
  #session: Session;
  #drawnStep = -1;
  #isDropping = false;

  constructor(number: number, shared: LightProcess, handlers: LightWorkerHandlers) {
    this.#number = number;
    this.#shared = shared;
    this.#handlers = handlers;
    this.#session = this.#openSession();
  }

  #openSession(): Session {
    return new Session(this, { joinTimeoutMs, payload: this.#shared.options.payload });
  }

  get name(): string {
    return `light-${this.#number}`;
  }

  start(): void {
    this.#session.start();
  }

  leave(): void {
    this.#session.stop();
  }

  tick(jitter: number): void {
    this.#session.tick(jitter);
  }

  onExit(code: string, message: string, isError: boolean): void {
    if (!isError) this.#handlers.onEnded();
    else if (code === 'STUCK') this.#startAgain(message);
    else this.#handlers.onFailed(code, message);
  }

  /** A launcher would start a stuck worker's process again. */
  #startAgain(reason: string): void {
    this.#shared.options.tell({ type: 'lost', worker: this.name, reason });
    this.#session = this.#openSession();
    this.#held.clear();
    this.start();
  }

  onFailed(error: unknown): void {
    const code = error instanceof BridleError ? error.code : 'INTERNAL';
    this.#handlers.onFailed(code, error instanceof Error ? error.message : String(error));
  }

  /** A coordinator that breaks the protocol is what a load test is to find. */
  onBreach(error: unknown): void {
    this.onFailed(error);
  }

  onNote(): void {
    // Lost connections are counted by onLost.
  }

  async connect(): Promise<Connection> {
    return countTraffic(await connect(this.#shared.options.connect), this.#shared);
  }

  onLost(reason: string, wasJoined: boolean): void {
    if (!this.#isDropping && wasJoined) this.#shared.options.tell({ type: 'lost', worker: this.name, reason });
    this.#isDropping = false;
  }

  introduce() {
    return { kernelId: loadtestKernelId, name: this.name, heldBlocks: [...this.#held] };
  }

  onWelcome(welcome: Welcome): void {
    this.#shared.learn(welcome.runSpec);
    this.#handlers.onJoined();
  }

  onBlock(payload: Uint8Array): string {
    const name = this.#shared.addBlock(payload, this.#run.spec);
    this.#held.add(name);
    return name;
  }

  weightsVector(): Float32Array {
    return this.#run.scratch;
  }

  /** Vectors of a process are shared by its workers; only those of a single one can lie in its cells. */
  onSharedMemory(memory: SharedMemory): void {
    const { layFileOver, run } = this.#shared;
    if (!this.#shared.options.hasOneWorker || !layFileOver || !run) return;
    memory.mapWeights((cell) => run.slotFor(cell), layFileOver);
    run.leases.useCells(memory.gradientPages);
  }

  onWeights(step: number): void {
    this.#shared.options.onWeights(step);
  }

  get #run(): LightRun {
    const { run } = this.#shared;
    if (!run) throw new ProtocolError('MESSAGE_UNEXPECTED', 'Work came before Welcome.');
    return run;
  }

  // ---- leases

  onLease(_lease: Lease, blocks: readonly string[]): readonly string[] {
    this.#sent.clear(); // a new lease: the reports before it have been taken in
    return blocks.filter((name) => !this.#held.has(name));
  }

  onRevoked(leaseId: number): void {
    for (const planted of this.#sent.get(leaseId) ?? []) this.#shared.options.tell({ type: 'overtaken', ...planted });
    this.#sent.delete(leaseId);
  }

  abandon(leaseId: number): void {
    this.#answers.delete(leaseId);
  }

  compute(lease: Lease): void {
    this.#answerLater(lease).catch((error: unknown) => this.onFailed(error));
  }

  /** Counts the targets of a lease, draws its faults, and lets the core go on once the answer is due. */
  async #answerLater(lease: Lease): Promise<void> {
    const session = this.#session;
    const { rates, plan } = this.#shared.options;
    const isTraining = lease.purpose === Purpose.PURPOSE_TRAIN;
    const isFirst = isTraining && this.#drawnStep < lease.step;
    const fate = isFirst ? workerFate(plan.seed, rates, lease.step, this.#number) : 'answer';
    if (isFirst) this.#drawnStep = lease.step;
    if (fate === 'drop') {
      this.#isDropping = true;
      this.#shared.options.tell({ type: 'dropped' });
      this.#session.terminate();
    }
    if (fate === 'slow') {
      this.#shared.options.tell({ type: 'slowed' });
      await new Promise((resolve) => setTimeout(resolve, slowMs));
    }
    await this.#shared.takeTurn();
    if (fate !== 'drop') this.#answers.set(lease.leaseId, { lease, shards: await this.#describe(lease, isTraining) });
    if (this.#session === session) session.computed(lease.leaseId);
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

  answer(leaseId: number): void {
    const answer = this.#answers.get(leaseId);
    const { run } = this.#shared;
    if (!answer || !run) return;
    const { lease, shards } = answer;
    const fence = { leaseId, step: lease.step, computeMs: 0 };
    if (lease.purpose !== Purpose.PURPOSE_TRAIN) {
      const reports = shards.map(({ shard, count }) => ({ shard, loss: 0.5 * count, count, correct: 0 }));
      this.#session.send({ evaluationReports: { ...fence, reports } });
      return;
    }
    const { shards: reports, nodes } = run.leases.answer(lease.step, shards);
    this.#notePlanted(leaseId, lease.step, shards);
    // Vectors of a process are shared by its workers: what waits is made again.
    const nodesOf = () => (lease.waits ? run.leases.answer(lease.step, shards).nodes : nodes);
    this.#session.sendAnswer({ ...fence, reports: [...reports] }, nodesOf);
  }

  #notePlanted(leaseId: number, step: number, shards: readonly LightShard[]): void {
    const planted = shards.filter(({ isPoisoned }) => isPoisoned).map(({ shard }) => ({ step, shard }));
    if (planted.length === 0) return;
    this.#sent.set(leaseId, planted);
    for (const each of planted) this.#shared.options.tell({ type: 'planted', ...each });
  }
}
