// The run itself, without its workers: gradients in, weights out, everything recorded.
import { performance } from 'node:perf_hooks';
import type { Worker } from 'node:worker_threads';
import type { DigestAlgorithm, TrainingSnapshot } from '../checkpoint/checkpoint.js';
import type { Dataset } from '../data/load-dataset.js';
import type {
  DiagnosisEvent,
  DoneEvent,
  NonFiniteEvent,
  RunEvent,
  StepSavedEvent,
  WarningEvent,
} from '../metrics/events.js';
import { hasRunningAverages } from '../params/model-spec.js';
import { isOwnModel } from '../params/own-model-spec.js';
import { createOptimizer } from '../optim/create-optimizer.js';
import type { CopyChunk } from '../protocol/chunks.js';
import type { FileMover } from '../transport/cell-file.js';
import type { FrameHeader } from '../protocol/frame.js';
import { createVectorArena, type PagedVector, type VectorArena } from '../tensor/vector-arena.js';
import { applyUpdate, digestTraining, placeState, type TrainingState, type UpdateRules } from './apply-update.js';
import { CarriedStates } from './carried-state.js';
import type { ShardHealth, ShardScore } from './core/state.js';
import { BatchStatistics } from './batch-statistics.js';
import { Diagnoser } from './diagnoser.js';
import { openGradientLog, type GradientLog } from './gradient-log.js';
import { createFileMover, openFileKernels } from './file-kernels.js';
import { ExchangeClock } from './exchange-clock.js';
import { GradientStore } from './gradient-store.js';
import type { RunPlan } from './run-plan.js';
import { RunRecorder, type DetailEvent } from './run-recorder.js';
import { Scoreboard, type Best } from './scoreboard.js';
import { StepSaver, type StepFigures } from './step-saver.js';
import { UpdateTelemetry } from './update-telemetry.js';
import { startUpdateThread } from './update-thread.js';
import type { TrainingOptions } from './training-options.js';

export interface TrainingRunOptions {
  readonly training: TrainingOptions;
  readonly plan: RunPlan;
  readonly runDir: string;
  readonly runId: string;
  readonly generation: number;
  /** Where to start: fresh weights at step 0, or what a checkpoint held. */
  readonly state: TrainingState;
  readonly kernelId: string | undefined;
  readonly best: Best | undefined;
  /** The last step that was evaluated, 0: none; undefined: a checkpoint of 0.1.0 does not say. */
  readonly evaluatedStep: number | undefined;
  readonly shardsByWorker: Readonly<Record<string, number>>;
  readonly digestAlgorithm: DigestAlgorithm;
  /** Where the norm of every shard's gradient is written, if anywhere. */
  readonly recordGradients?: string;
  onEvent(event: RunEvent): void;
}

/** What a checkpoint says of its data: the spec, and how raw values became what the model saw. */
function describeData({ spec, preprocessing }: Dataset): Record<string, unknown> {
  return { ...spec, ...(preprocessing && { preprocessing }) };
}

export class TrainingRun {
  readonly state: TrainingState;
  readonly gradients: GradientStore;
  readonly clock = new ExchangeClock();
  /** Moves the run's vectors into shared memory and out of it. */
  readonly mover: FileMover;
  /** Vectors over which files can be laid. */
  readonly allocatePages: (length: number) => PagedVector | undefined;
  /** Says where the weights after a step are to lie, if anybody cares. */
  placeFor: ((step: number) => Float32Array | undefined) | undefined;
  /** State that travels with shards, if any does. */
  readonly carried: CarriedStates | undefined;
  /** Batch normalisation's exchange, if the model has any. */
  readonly statistics: BatchStatistics | undefined;
  /** What the workers compute with; undefined until the first has joined. */
  kernelId: string | undefined;
  readonly #options: TrainingRunOptions;
  readonly #arena: VectorArena;
  readonly #rules: UpdateRules;
  readonly #recorder: RunRecorder;
  readonly #gradientLog: GradientLog | undefined;
  readonly #diagnoser: Diagnoser | undefined;
  readonly #stepSaver: StepSaver;
  readonly #scoreboard: Scoreboard;
  readonly #shardsByWorker: Record<string, number>;
  readonly #startedAt = performance.now();
  readonly #telemetry: UpdateTelemetry;
  readonly #updateThread: Worker | undefined;
  /** Where the weights lay at the start, until an update lays them elsewhere. */
  #firstPlace: Float32Array | undefined;
  /** Describes the last step to those who watch, unless that is done. */
  #describe: () => readonly DetailEvent[] = () => [];
  #lastCommitAt = performance.now();
  #rate: number | undefined;

  private constructor(options: TrainingRunOptions, recorder: RunRecorder) {
    const { plan, training } = options;
    this.#options = options;
    this.#recorder = recorder;
    this.#gradientLog = options.recordGradients === undefined ? undefined : openGradientLog(options.recordGradients);
    const { diagnoseEvery: every } = training;
    const onEvent = (event: DiagnosisEvent | WarningEvent): void =>
      event.event === 'diagnosis' ? recorder.diagnosed(event) : options.onEvent(event);
    this.#diagnoser = every === undefined ? undefined : new Diagnoser({ plan, every, onEvent });
    this.#arena = createVectorArena({
      openHost: openFileKernels,
      onFallback: (reason) =>
        options.onEvent({ event: 'warning', code: 'ARENA_FALLBACK', message: tellFallback(reason) }),
    });
    this.mover = createFileMover(this.#arena);
    this.allocatePages = (length) => this.#arena.allocatePages(length);
    this.#updateThread = this.#arena.team && startUpdateThread(this.#arena.team);
    this.state = placeState(this.#arena, options.state);
    this.#firstPlace = this.state.params;
    this.#telemetry = new UpdateTelemetry(plan.layout, this.#arena, this.state.params);
    this.gradients = new GradientStore(plan.layout.size, training.shards, this.#arena, training.wire);
    this.carried = plan.carried && new CarriedStates(plan.carried, options.state.carried ?? {});
    const { runId } = options;
    this.#stepSaver = new StepSaver({ training, plan, runId, recorder, carried: this.carried });
    this.statistics = batchStatisticsOf(plan, training.shards, () => plan.shape('train', this.state.step).steps);
    this.kernelId = options.kernelId;
    this.#scoreboard = new Scoreboard({
      plan,
      best: options.best,
      evaluatedStep: options.evaluatedStep ?? options.state.step,
      onEvaluated: (event) => recorder.evaluated(event),
    });
    this.#shardsByWorker = { ...options.shardsByWorker };
    this.#rules = {
      arena: this.#arena,
      digestAlgorithm: options.digestAlgorithm,
      layout: plan.layout,
      numShards: training.shards,
      optimizer: createOptimizer(training.optimizer, plan.layout),
      schedule: plan.schedule,
      clip: training.clip,
      l1: training.l1,
      l2: training.l2,
      skipsNonFinite: training.onNonFinite === 'skip',
      ...(training.spikes && { spikes: training.spikes }),
    };
  }

  /** Opens the logs; a new run gets a checkpoint of its first weights, so that every crash can be resumed. */
  static async open(options: TrainingRunOptions, onError: (error: unknown) => void): Promise<TrainingRun> {
    const { runDir, training, onEvent } = options;
    const recorder = await RunRecorder.open({ runDir, keep: training.keep, onEvent, onError });
    const run = new TrainingRun(options, recorder);
    if (options.state.step === 0) {
      await run.save();
      void run.#diagnoser?.observe(0, run.state.params);
    }
    return run;
  }

  /** Takes a chunk of a gradient in; true when its vector is whole. */
  addChunk(header: FrameHeader, copy: CopyChunk): boolean {
    this.clock.chunk();
    return this.gradients.add(header, copy);
  }

  /** Takes a whole gradient where it lies in the memory of worker `rank`. */
  borrow(header: FrameHeader, vector: Float32Array, rank: number): void {
    this.clock.chunk();
    this.gradients.borrow(header, vector, rank);
  }

  /** Counts shards that a worker has computed. */
  count(name: string, shards: number): void {
    this.#shardsByWorker[name] = (this.#shardsByWorker[name] ?? 0) + shards;
  }

  /** Ends the open step: reduce, mean, norm, clip, update, commit. Resolves when the log has room for another step. */
  update(reports: readonly ShardHealth[], isSkipped: boolean, ranks: readonly number[]): Promise<void> {
    this.describe();
    const { training, plan, generation } = this.#options;
    const sum = this.clock.reduce(() => this.gradients.reduce());
    this.statistics?.reported(reports);
    const totals = this.statistics?.totals ?? [];
    const buffers = this.statistics?.takeBuffers(this.state.params) ?? [];
    const rules = { ...this.#rules, buffers };
    const { spike, ...outcome } = applyUpdate(
      this.state,
      rules,
      reports,
      isSkipped ? undefined : sum,
      {
        onGradient: (mean) => {
          this.clock.gradient();
          this.#telemetry.onGradient(mean);
        },
        onSpike: ({ gradNorm }) => this.#saveStep('spike', this.state.step, { gradNorm, reports, totals }),
      },
      this.placeFor,
    );
    this.clock.end(this.state.step, this.gradients.takePeak());
    if (sum) this.gradients.giveBack(sum);
    if (this.#firstPlace && this.state.params !== this.#firstPlace) {
      this.#arena.free(this.#firstPlace);
      this.#firstPlace = undefined;
    }
    this.carried?.advance(reports);
    const { step } = this.state;
    this.#gradientLog?.append(step, reports, ranks);
    const rows = reports.reduce((total, { shard }) => total + plan.exampleIds('train', step - 1, shard).length, 0);
    const now = performance.now();
    const sequencesPerSecond = this.#measureRate(rows, now);
    const epoch = plan.epochAfter(step);
    const { clipThreshold: _, ...recorded } = outcome; // follows from the state: no line of the log needs it
    const record = { step, epoch, generation, seed: training.seed, ...recorded };
    const committed = { event: 'committed', step, epoch, sequencesPerSecond, ...outcome } as const;
    const { learningRate, clipCoefficient } = outcome;
    if (spike?.toStep !== undefined) this.#telemetry.reset(this.state.params);
    const spikes = spike ? [{ event: 'spike', step, learningRate, ...spike } as const] : [];
    const { params } = this.state;
    this.#describe = once(() =>
      outcome.skipped ? spikes : [...spikes, this.#telemetry.describe(step, params, clipCoefficient, reports, ranks)],
    );
    this.#recorder.commit(record, { committed, details: this.#describe });
    return this.#waitForRoom();
  }

  /** Measures the step that was applied last for those who watch: later than the weights are sent, before the next update. */
  describe(): void {
    this.#describe();
  }

  async #waitForRoom(): Promise<void> {
    const earlierDiagnosis = this.#diagnoser?.observe(this.state.step, this.state.params);
    await this.#recorder.waitForRoom();
    await earlierDiagnosis;
  }

  /** Saves the step that is being computed, of which a shard is not finite, if the run is to keep such steps. */
  saveNonFinite({ step, shard, layer }: Pick<NonFiniteEvent, 'step' | 'shard' | 'layer'>): void {
    const reports = [{ shard, nonFinite: layer }];
    const totals = this.statistics?.totals ?? [];
    this.#saveStep('non-finite', step + 1, { gradNorm: NaN, reports, totals });
  }

  #saveStep(
    reason: StepSavedEvent['reason'],
    step: number,
    figures: Pick<StepFigures, 'gradNorm' | 'reports' | 'totals'>,
  ): void {
    const { params } = this.state;
    this.#stepSaver.save(reason, step, { params, kernelId: this.kernelId, ...figures });
  }

  /** Sequences a second, a running mean over some ten steps: single steps jump. */
  #measureRate(rows: number, now: number): number {
    const rate = (1000 * rows) / Math.max(0.001, now - this.#lastCommitAt);
    this.#lastCommitAt = now;
    this.#rate = this.#rate === undefined ? rate : 0.9 * this.#rate + 0.1 * rate;
    return this.#rate;
  }

  recordEvaluation(step: number, scores: readonly ShardScore[]): void {
    this.#scoreboard.record(step, scores, this.state.optimizer.scalars);
  }

  /** Writes a checkpoint of the state as it is now; training may go on meanwhile. */
  save(): Promise<void> {
    return this.#recorder.save(this.#snapshot(), this.#scoreboard.isBest(this.state.step));
  }

  /** Saves the last checkpoint and closes the logs. */
  async finish(reason: 'finished' | 'stopped'): Promise<DoneEvent> {
    const { runDir } = this.#options;
    const { step, digest } = this.#snapshot();
    await this.save();
    await this.close();
    const seconds = (performance.now() - this.#startedAt) / 1000;
    return { event: 'done', reason, step, digest, runDir, seconds, shardsByWorker: { ...this.#shardsByWorker } };
  }

  async close(): Promise<void> {
    this.#gradientLog?.close();
    await this.#diagnoser?.close();
    await this.#recorder.close();
    await this.#updateThread?.terminate();
  }

  #snapshot(): TrainingSnapshot {
    const { runId, plan } = this.#options;
    const { params, optimizer, step } = this.state;
    const copies = Object.entries(optimizer.moments).map(([name, vector]) => [name, vector.slice()] as const);
    return {
      runId,
      step,
      digest: digestTraining(this.state, this.#rules),
      digestAlgorithm: this.#rules.digestAlgorithm,
      layout: plan.layout,
      params: params.slice(),
      optimizer: {
        moments: Object.fromEntries(copies),
        scalars: { ...optimizer.scalars },
        histories: structuredClone(optimizer.histories),
      },
      kernelId: this.kernelId ?? '',
      metrics: this.#scoreboard.metrics,
      shardsByWorker: { ...this.#shardsByWorker },
      ...(this.carried && { carried: this.carried.toRecord() }),
      model: { ...plan.model },
      data: describeData(plan.dataset),
    };
  }
}

function once<Result>(compute: () => Result): () => Result {
  let known: { readonly result: Result } | undefined;
  return () => (known ??= { result: compute() }).result;
}

function tellFallback(reason: string): string {
  return `Gradients and weights are computed without WebAssembly: ${reason}. The bits are the same; steps take longer.`;
}

function batchStatisticsOf(
  { model, layout, dataset }: RunPlan,
  numShards: number,
  openSteps: () => number,
): BatchStatistics | undefined {
  if (isOwnModel(model) || !hasRunningAverages(model)) return undefined;
  return new BatchStatistics({ spec: model, layout, numShards, maxSteps: dataset.spec.maxLength, openSteps });
}
