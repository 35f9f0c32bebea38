// One seed, from the first connection to the last exit: processes, faults, and the invariants that must hold throughout.
import type { TreeNode } from '../../../src/collective/tree.js';
import type { CoreState, ShardScore } from '../../../src/coordinator/core/state.js';
import type { GradientPeak } from '../../../src/coordinator/gradient-store.js';
import { faultOf, faultOfDisk, faultOfSum } from './invariants.js';
import { CoordinatorProcess } from './coordinator-process.js';
import { Disk, type StepRecord } from './disk.js';
import { Link } from './link.js';
import { makesLate, strike } from './nemesis.js';
import { draws, type Draws } from './random.js';
import type { FaultClass, Scenario } from './scenario.js';
import { Timeline } from './timeline.js';
import { initialState, referenceSteps, scoreOf, wantedShards, type StepResult } from './toy-training.js';
import { WorkerProcess } from './worker-process.js';
import type { World } from './world.js';

/** Faults end at `healAt`; a lease that hangs in a worker whose speed is unknown is given up 120 s after it was granted. */
const recoveryMs = 300_000;

export interface Outcome {
  readonly events: number;
  readonly traceHash: number;
  readonly virtualMs: number;
  readonly recoveryMs: number;
}

class Violation extends Error {}

/** Runs a scenario; throws an error that says seed, broken invariant and the last events. */
export function simulate(scenario: Scenario, expected: readonly StepResult[] = referenceSteps(scenario.toy)): Outcome {
  const simulation = new Simulation(scenario, expected);
  try {
    return simulation.run();
  } catch (error) {
    const faults = [...scenario.faults].join(', ');
    const reason =
      error instanceof Violation
        ? error.message
        : error instanceof Error
          ? (error.stack ?? error.message)
          : String(error);
    throw new Error(
      `${reason}\nBRIDLE_SIM_SEED=${scenario.seed}: ${scenario.workers} workers, ${JSON.stringify(scenario.toy)}, faults: ${faults}\n${simulation.timeline.recent(60)}`,
      { cause: error },
    );
  }
}

class Simulation implements World {
  readonly timeline: Timeline;
  readonly disk: Disk;
  readonly random: Draws;
  readonly shardMs: number;
  readonly #scenario: Scenario;
  readonly #expected: readonly StepResult[];
  readonly #nemesis: Draws;
  readonly #network: Draws;
  readonly #workers: WorkerProcess[];
  readonly #announced = new Map<number, string>();
  /** Workers that were late through a fault of theirs or of their connection. */
  readonly #troubled = new Set<string>();
  readonly #flawed = new Set<string>();
  readonly #evaluated = new Set<number>();
  #coordinator: CoordinatorProcess | undefined;
  #generation = 0;
  #serverLinks: Link[] = [];
  #resetsInAnswer = 0;
  #isFinished = false;

  constructor(scenario: Scenario, expected: readonly StepResult[]) {
    const { seed, toy } = scenario;
    this.#scenario = scenario;
    this.#expected = expected;
    this.timeline = new Timeline(draws(seed, 'ties'));
    this.random = draws(seed, 'processes');
    this.shardMs = scenario.shardMs;
    this.#nemesis = draws(seed, 'nemesis');
    this.#network = draws(seed, 'network');
    this.disk = new Disk(this.timeline, draws(seed, 'disk'), initialState(toy));
    this.#workers = Array.from({ length: scenario.workers }, (_, index) => new WorkerProcess(this, toy, `w${index}`));
  }

  run(): Outcome {
    const { faults, healAt, toy } = this.#scenario;
    this.#startCoordinator();
    for (const worker of this.#workers) {
      if (faults.has('slow') && this.#nemesis.chance(0.3)) this.#strike('slow', worker);
      const delayMs = faults.has('late-join') ? this.#nemesis.between(0, healAt) : this.#nemesis.between(0, 200);
      this.timeline.in(delayMs, () => worker.start());
    }
    this.timeline.in(this.#nemesis.between(50, 500), () => this.#harm());
    this.timeline.in(healAt, () => this.#heal());
    const deadline = healAt + recoveryMs;
    while (!this.#hasEnded() && this.timeline.now < deadline && this.timeline.next());
    if (!this.#isFinished)
      throw new Violation(
        `no progress: step ${this.disk.records.length} of ${toy.steps} ${recoveryMs / 1000} s after healing`,
      );
    if (!this.#hasEnded())
      throw new Violation(
        `workers that did not end: ${this.#workers
          .filter((worker) => worker.isRunning)
          .map(({ name }) => name)
          .join(', ')}`,
      );
    this.#checkEnd();
    return {
      events: this.timeline.count,
      traceHash: this.timeline.hash,
      virtualMs: this.timeline.now,
      recoveryMs: Math.max(0, this.timeline.now - healAt),
    };
  }

  /** All is over when the run is done and no worker that was told so is still there. */
  #hasEnded(): boolean {
    return this.#isFinished && this.#workers.every((worker) => !worker.isRunning || worker.link === undefined);
  }

  // ---- faults

  #harm(): void {
    const { healAt, faultEveryMs, faults } = this.#scenario;
    if (this.timeline.now >= healAt || this.#isFinished) return;
    if (faults.size > 0) this.#fault(this.#nemesis.pick([...faults]));
    this.timeline.in(faultEveryMs * this.#nemesis.between(0.2, 1.8), () => this.#harm());
  }

  #fault(kind: FaultClass): void {
    const random = this.#nemesis;
    if (kind === 'reset-in-answer') this.#resetsInAnswer += 1;
    else if (kind === 'kill-coordinator') this.#killCoordinator(random.between(50, 2000));
    else if (kind === 'freeze-coordinator') this.#coordinator?.freeze(random.between(500, 20_000));
    else if (kind === 'stop-and-resume') this.#coordinator?.stop();
    else this.#strike(kind, random.pick(this.#workers));
  }

  #strike(kind: FaultClass, worker: WorkerProcess): void {
    this.timeline.note(`fault: ${kind} at ${worker.name}`);
    if (makesLate.has(kind)) this.#troubled.add(worker.name);
    strike(kind, worker, this.#nemesis, this.timeline.now);
  }

  #heal(): void {
    this.timeline.note('healed');
    this.#resetsInAnswer = 0;
    for (const worker of this.#workers) {
      worker.slowness = 1;
      worker.numHangs = 0;
      worker.numHolds = 0;
      worker.numEvaluationHangs = 0;
    }
    // Connections that went silent stay so: both sides must find out by themselves.
  }

  #killCoordinator(downMs: number): void {
    if (!this.#coordinator) return;
    this.timeline.note('coordinator killed');
    this.#coordinator.kill();
    this.#coordinator = undefined;
    for (const link of this.#serverLinks) link.dropServer();
    this.#serverLinks = [];
    this.timeline.in(downMs, () => this.#startCoordinator());
  }

  #startCoordinator(): void {
    if (this.#coordinator || this.#isFinished) return;
    for (const [step, digest] of this.#announced) {
      if (this.disk.records[step - 1]?.digest !== digest)
        throw new Violation(`step ${step} was announced and is not on disk`);
    }
    this.#generation += 1;
    this.timeline.note(
      `coordinator starts: generation ${this.#generation}, checkpoint ${this.disk.checkpoint.step}, log ${this.disk.records.length}`,
    );
    this.#coordinator = new CoordinatorProcess(this, this.#scenario.toy, this.#generation);
  }

  // ---- the world of the processes

  connect(name: string, handlers: Parameters<World['connect']>[1]): void {
    const { latencyMs } = this.#scenario;
    this.timeline.in(2 * latencyMs, () => {
      const coordinator = this.#coordinator;
      if (!coordinator) {
        this.timeline.note(`${name} is refused`);
        handlers.onRefused();
        return;
      }
      const link = new Link(this.timeline, this.#network, latencyMs);
      link.toServer.end = coordinator.admit(link);
      link.toClient.end = handlers.onConnected(link);
      this.#serverLinks.push(link);
    });
  }

  allowsFlaw(step: number, shard: number): boolean {
    const { onNonFinite } = this.#scenario.toy;
    const key = `${step}/${shard}`;
    if (onNonFinite !== 'recompute' || this.#flawed.has(key)) return false;
    this.#flawed.add(key);
    return true;
  }

  beforeAnswer(worker: WorkerProcess, numNodes: number): void {
    if (this.#resetsInAnswer === 0 || !worker.link) return;
    this.#resetsInAnswer -= 1;
    // A report, then two frames for each node: the break falls somewhere among them.
    worker.link.resetAfter = this.#nemesis.integer(1, 2 * numNodes);
  }

  // ---- invariants

  onState(core: CoreState): void {
    const fault = faultOf(core);
    if (fault !== undefined) throw new Violation(fault);
  }

  onHeld({ vectors, arriving, nodes }: GradientPeak): void {
    const { maxUploads } = this.#scenario.toy;
    if (arriving > maxUploads || vectors > nodes + maxUploads)
      throw new Violation(
        `${arriving} gradients were on their way at once, beside ${nodes} tree nodes: ${vectors} held`,
      );
  }

  onSum(step: number, nodes: readonly TreeNode[]): void {
    const { toy } = this.#scenario;
    const fault = faultOfSum(nodes, wantedShards(toy, step), toy.shards);
    if (fault !== undefined) throw new Violation(`step ${step}: ${fault}`);
  }

  onStep(step: number, result: StepResult, known: StepRecord | undefined, params: Float32Array): void {
    const { digest } = result;
    this.timeline.note(`step ${step} is ${digest.slice(0, 8)}`);
    const [wanted, got] = [this.#expected[step - 1], result].map(
      (each) => `digest ${each?.digest.slice(0, 8)}, loss ${each?.loss}, count ${each?.count}`,
    );
    if (got !== wanted) throw new Violation(`step ${step} has ${got}; undisturbed it has ${wanted}`);
    if (known && known.digest !== digest) throw new Violation(`step ${step} came out otherwise than it was committed`);
    if (!params.every((value) => Number.isFinite(value))) throw new Violation(`weights of step ${step} are not finite`);
    // `onStep` comes before the record is appended.
    const logged = this.disk.records.length + this.disk.numUnsynced;
    if (!known && step !== logged + 1) throw new Violation(`step ${step} follows ${logged} records: a gap`);
  }

  onAnnounced(step: number): void {
    const record = this.disk.records[step - 1];
    if (record?.step !== step) throw new Violation(`step ${step} is announced before it is on disk`);
    this.#announced.set(step, record.digest);
  }

  onEvaluation(step: number, scores: readonly ShardScore[], params: Float32Array): void {
    const { evaluationShards } = this.#scenario.toy;
    const wanted = Array.from({ length: evaluationShards }, (_, shard) => JSON.stringify(scoreOf(params, shard)));
    const got = scores.map(({ shard, count, correct, loss }) => JSON.stringify({ shard, count, correct, loss }));
    if (wanted.join() !== got.join()) throw new Violation(`the evaluation of step ${step} is not that of its weights`);
    this.#evaluated.add(step);
  }

  /** Workers of this simulation are honest: none may be cut off for what it said. */
  onDisconnect(name: string, code: string, message: string): void {
    if (code === 'ANSWER_INVALID' || !this.#troubled.has(name))
      throw new Violation(`${name}, which works as it should, was cut off: ${message}`);
  }

  onFinished(reason: 'finished' | 'stopped', coordinator: CoordinatorProcess): void {
    this.timeline.note(reason);
    if (coordinator.core.round) throw new Violation('a round is still open at the end');
    if (reason === 'finished' && !coordinator.gradients.isEmpty)
      throw new Violation('gradients are left over at the end');
    this.#coordinator = undefined;
    if (reason === 'finished') this.#isFinished = true;
    else this.timeline.in(200, () => this.#startCoordinator());
    // Sockets close when the process has gone.
    const links = this.#serverLinks;
    this.#serverLinks = [];
    this.timeline.in(50, () => {
      for (const link of links) link.closeFromServer('coordinator ended');
    });
  }

  #checkEnd(): void {
    const { toy, faults } = this.#scenario;
    const fault = faultOfDisk(this.disk, toy.steps);
    if (fault !== undefined) throw new Violation(fault);
    const isEvaluated = this.#evaluated.has(toy.steps) || toy.evaluationShards === 0 || faults.has('stop-and-resume');
    if (!isEvaluated) throw new Violation('the last weights were not evaluated');
  }
}
