// The coordinator's shell: performs what the core decides on sockets, tensors, clock and disk.
import { performance } from 'node:perf_hooks';
import { crc32 } from 'node:zlib';
import type { Logger } from 'pino';
import { digestState, type TrainingSnapshot } from '../checkpoint/checkpoint.js';
import { BridleError } from '../errors.js';
import type { DoneEvent, RunEvent } from '../metrics/events.js';
import { createOptimizer } from '../optim/create-optimizer.js';
import { encodeVector } from '../protocol/chunks.js';
import { Purpose as WirePurpose, Role, type ControlBodies, type ControlMessage } from '../protocol/control.js';
import { encodeFrame, type FrameHeader } from '../protocol/frame.js';
import { defaultLimits } from '../protocol/limits.js';
import { protocolVersion } from '../protocol/version.js';
import type { Connection } from '../transport/connection.js';
import { applyUpdate, type TrainingState, type UpdateRules } from './apply-update.js';
import { isOwed } from './core/answers.js';
import { step as coreStep } from './core/step.js';
import {
  createCoreState,
  type CoreEffect,
  type CoreEvent,
  type CoreState,
  type Purpose,
  type ShardHealth,
  type ShardScore,
} from './core/state.js';
import { scoreEvaluation } from './evaluation.js';
import { GradientStore } from './gradient-store.js';
import { checkHello } from './greeting.js';
import { Peer } from './peer.js';
import type { RunPlan } from './run-plan.js';
import { RunRecorder } from './run-recorder.js';
import type { TrainingOptions } from './training-options.js';

export interface CoordinatorOptions {
  readonly training: TrainingOptions;
  readonly plan: RunPlan;
  readonly runDir: string;
  readonly runId: string;
  readonly generation: number;
  readonly bridleVersion: string;
  /** Where to start: fresh weights at step 0, or what a checkpoint held. */
  readonly state: TrainingState;
  readonly kernelId: string | undefined;
  readonly best: { readonly loss: number; readonly step: number } | undefined;
  readonly shardsByWorker: Readonly<Record<string, number>>;
  onEvent(event: RunEvent): void;
  /** The first worker has fixed the kernel id. */
  onKernel(kernelId: string): void;
  readonly log: Logger;
}

const tickMs = 250;
/** A queue longer than this gets no data ahead of need. */
const prefetchBytes = 4 * 1024 * 1024;

export class Coordinator {
  readonly #options: CoordinatorOptions;
  readonly #core: CoreState;
  readonly #state: TrainingState;
  readonly #rules: UpdateRules;
  readonly #gradients: GradientStore;
  readonly #recorder: RunRecorder;
  readonly #peers = new Set<Peer>();
  readonly #byRank = new Map<number, Peer>();
  readonly #shardsByWorker: Record<string, number>;
  readonly #events: CoreEvent[] = [];
  readonly #startedAt = performance.now();
  readonly #done: Promise<DoneEvent>;
  #resolve!: (event: DoneEvent) => void;
  #reject!: (error: unknown) => void;
  #isDispatching = false;
  #hasEnded = false;
  #timer: NodeJS.Timeout | undefined;
  #nextRank = 0;
  #kernelId: string | undefined;
  #best: { readonly loss: number; readonly step: number } | undefined;
  #weights: { readonly step: number; readonly frames: readonly Uint8Array[] } | undefined;
  #lastCommitAt = performance.now();

  private constructor(options: CoordinatorOptions, openRecorder: (coordinator: Coordinator) => RunRecorder) {
    const { plan, training } = options;
    this.#options = options;
    this.#state = options.state;
    this.#core = createCoreState(plan.core, options.state.step, performance.now());
    this.#rules = {
      layout: plan.layout,
      numShards: training.shards,
      optimizer: createOptimizer(training.optimizer),
      schedule: plan.schedule,
      clip: training.clip,
      l1: training.l1,
      l2: training.l2,
    };
    this.#gradients = new GradientStore(plan.layout.size);
    this.#kernelId = options.kernelId;
    this.#best = options.best;
    this.#shardsByWorker = { ...options.shardsByWorker };
    this.#done = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.#done.catch(() => undefined);
    this.#recorder = openRecorder(this);
  }

  /** Opens the run's logs and starts its clock; workers come in through `admit`. */
  static async start(options: CoordinatorOptions): Promise<Coordinator> {
    const holder: { coordinator?: Coordinator } = {};
    const recorder = await RunRecorder.open({
      runDir: options.runDir,
      keep: options.training.keep,
      onEvent: options.onEvent,
      onError: (error) => holder.coordinator?.fail(error),
    });
    const coordinator = new Coordinator(options, () => recorder);
    holder.coordinator = coordinator;
    if (options.state.step === 0) await recorder.save(coordinator.#snapshot(options.kernelId ?? ''), false);
    if (options.kernelId !== undefined) coordinator.#announceStart(options.kernelId);
    coordinator.#timer = setInterval(() => coordinator.#onTick(), tickMs);
    return coordinator;
  }

  /** Resolves when the run has ended and everything is on disk; rejects with what ended it. */
  get done(): Promise<DoneEvent> {
    return this.#done;
  }

  /** Ends the run after the step that is open, with a checkpoint. */
  stop(): void {
    this.#dispatch({ type: 'stop' });
  }

  /** Takes a new connection; it has to greet first. */
  admit(connection: Connection): void {
    const peer: Peer = new Peer(
      connection,
      {
        onHello: (_peer, hello) => this.#onHello(peer, hello),
        onControl: (_peer, message) => this.#onControl(peer, message),
        onFrame: (_peer, header, payload) => this.#onFrame(peer, header, payload),
        onClosed: (_peer, reason) => this.#onClosed(peer, reason),
      },
      performance.now(),
    );
    this.#peers.add(peer);
  }

  /** Ends the run at once because of an error; what is committed stays. */
  fail(error: unknown): void {
    if (this.#hasEnded) return;
    this.#end();
    const code = error instanceof BridleError ? error.code : 'INTERNAL';
    const message = error instanceof Error ? error.message : String(error);
    for (const peer of this.#byRank.values()) peer.send({ stop: { code, message } });
    this.#recorder.close().then(
      () => this.#reject(error),
      () => this.#reject(error),
    );
  }

  #end(): void {
    this.#hasEnded = true;
    clearInterval(this.#timer);
  }

  #onTick(): void {
    const now = performance.now();
    for (const peer of this.#byRank.values()) {
      peer.send({ heartbeat: {} });
      peer.checkProgress(now);
    }
    this.#dispatch({ type: 'tick' });
  }

  /** Events are handled one after the other, effects before the next event. */
  #dispatch(event: CoreEvent): void {
    if (this.#hasEnded) return;
    this.#events.push(event);
    if (this.#isDispatching) return;
    this.#isDispatching = true;
    try {
      for (let next = this.#events.shift(); next && !this.#hasEnded; next = this.#events.shift()) {
        for (const effect of coreStep(this.#core, next, performance.now())) this.#perform(effect);
      }
    } catch (error) {
      this.fail(error);
    } finally {
      this.#isDispatching = false;
    }
  }

  #perform(effect: CoreEffect): void {
    if (this.#hasEnded) return;
    switch (effect.type) {
      case 'sendWeights':
        for (const rank of effect.ranks) this.#sendWeights(this.#byRank.get(rank), false);
        return;
      case 'lease':
        this.#sendLease(effect);
        return;
      case 'revoke':
        this.#closeLease(effect.rank, effect.leaseId);
        this.#byRank.get(effect.rank)?.send({ revoke: { leaseId: effect.leaseId } });
        return;
      case 'disconnect':
        this.#disconnect(effect);
        return;
      case 'keepNode':
        this.#gradients.keep(effect.leaseId, effect.node, effect.replaced);
        return;
      case 'dropNode':
        this.#gradients.drop(effect.leaseId, effect.node);
        return;
      case 'update':
        this.#update(effect.reports, effect.isSkipped);
        return;
      case 'evaluation':
        this.#recordEvaluation(effect.step, effect.scores);
        return;
      case 'save':
        void this.#save().catch((error: unknown) => this.fail(error));
        return;
      case 'counted': {
        const name = this.#byRank.get(effect.rank)?.name;
        if (name !== undefined) this.#shardsByWorker[name] = (this.#shardsByWorker[name] ?? 0) + effect.shards;
        return;
      }
      case 'tell':
        this.#options.onEvent(effect.event);
        return;
      case 'fail':
        this.fail(effect.error);
        return;
      case 'finish':
        this.#finish(effect.reason);
    }
  }

  // ---- who comes and goes

  #onHello(peer: Peer, hello: ControlBodies['hello']): void {
    const { training, runId, generation, bridleVersion, plan } = this.#options;
    const minor = checkHello(hello, {
      kernelId: this.#kernelId,
      backend: training.backend,
      allowMixedKernels: training.allowMixedKernels,
    });
    peer.rank = this.#nextRank;
    this.#nextRank += 1;
    peer.isObserver = hello.role !== Role.ROLE_WORKER;
    peer.name = hello.name || `rank-${peer.rank}`;
    peer.feed.hold(hello.heldBlocks.map((name) => Buffer.from(name).toString('hex')));
    const isFirst = this.#kernelId === undefined && !peer.isObserver;
    if (isFirst) this.#kernelId = hello.kernelId;
    peer.send({
      welcome: {
        protocolMajor: protocolVersion.major,
        protocolMinor: minor,
        bridleVersion,
        runId,
        generation,
        rank: peer.rank,
        runSpec: JSON.stringify(plan.spec),
        heartbeatMs: defaultLimits.heartbeatMs,
        heartbeatTimeoutMs: defaultLimits.heartbeatTimeoutMs,
        maxChunkBytes: defaultLimits.maxChunkBytes,
        kernelId: this.#kernelId ?? '',
      },
    });
    if (peer.isObserver) return;
    this.#byRank.set(peer.rank, peer);
    if (isFirst) {
      this.#options.onKernel(hello.kernelId);
      this.#announceStart(hello.kernelId);
    }
    this.#dispatch({ type: 'joined', rank: peer.rank, name: peer.name });
  }

  #announceStart(kernelId: string): void {
    const { plan, training, runId, runDir, generation } = this.#options;
    this.#options.onEvent({
      event: 'started',
      runId,
      runDir,
      data: plan.dataset.spec.name,
      shards: training.shards,
      globalBatch: training.globalBatch,
      parameters: plan.layout.size,
      stepsPerEpoch: plan.stepsPerEpoch,
      totalSteps: plan.totalSteps,
      startStep: this.#state.step,
      backend: kernelId.split('/')[0] ?? kernelId,
      execution: 'eager',
      kernelId,
      generation,
    });
  }

  #onClosed(peer: Peer, reason: string): void {
    this.#peers.delete(peer);
    if (peer.rank === undefined || !this.#byRank.delete(peer.rank)) return;
    const { rank, staleFrames } = peer;
    if (staleFrames > 0) this.#options.log.info({ rank, staleFrames }, 'stale frames were dropped');
    if (peer.openLease !== undefined) this.#gradients.dropLease(peer.openLease);
    this.#dispatch({ type: 'left', rank: peer.rank, reason });
  }

  #disconnect({ rank, code, message, isStuck }: Extract<CoreEffect, { type: 'disconnect' }>): void {
    const peer = this.#byRank.get(rank);
    if (isStuck) peer?.send({ stop: { code, message } });
    peer?.close(code, message);
  }

  // ---- what comes in

  #onControl(peer: Peer, message: ControlMessage): void {
    const { rank } = peer;
    if (rank === undefined || peer.isObserver) return;
    this.#dispatch({ type: 'heard', rank });
    switch (message.kind) {
      case 'shardReports':
        this.#dispatch({
          type: 'reported',
          rank,
          leaseId: message.body.leaseId,
          step: message.body.step,
          reports: message.body.reports as ShardHealth[],
        });
        return;
      case 'evaluationReports':
        this.#dispatch({
          type: 'scored',
          rank,
          leaseId: message.body.leaseId,
          step: message.body.step,
          scores: message.body.reports as ShardScore[],
        });
        return;
      case 'needBlocks':
        this.#sendNamedBlocks(peer, message.body.names);
        return;
      case 'droppedBlocks':
        peer.feed.dropped(message.body.names.map((name) => Buffer.from(name).toString('hex')));
        return;
      case 'goodbye':
        peer.close('GOODBYE', message.body.reason);
        return;
      case 'heartbeat':
        return;
      default:
        peer.reject({ code: 'MESSAGE_UNEXPECTED', message: `A worker does not send ${message.kind}.` });
    }
  }

  #onFrame(peer: Peer, header: FrameHeader, payload: Uint8Array): void {
    const { rank } = peer;
    if (rank === undefined) return;
    this.#dispatch({ type: 'heard', rank });
    const isFresh =
      header.kind === 'gradient' &&
      header.runId === this.#options.runId &&
      header.generation === this.#options.generation &&
      header.attempt === peer.openLease;
    if (!isFresh) {
      peer.staleFrames += 1;
      return;
    }
    const node = { level: header.level, index: header.index };
    const arrival = { rank, leaseId: header.attempt, step: header.step, node };
    // What nobody waits for takes no memory: the core counts it as stale, or sees a breach.
    if (!isOwed(this.#core, arrival)) peer.staleFrames += 1;
    else if (!this.#gradients.add(header, payload)) return;
    this.#dispatch({ type: 'node', ...arrival });
  }

  // ---- what goes out

  /** Sends the weights of the current step, encoded once for all; a worker that is behind gets them with its next lease. */
  #sendWeights(peer: Peer | undefined, isNeeded: boolean): void {
    if (!peer || peer.weightsStep === this.#state.step) return;
    if (!isNeeded && peer.connection.queuedBytes > 0) return;
    const { runId, generation } = this.#options;
    if (this.#weights?.step !== this.#state.step) {
      const header = {
        kind: 'weights',
        generation,
        step: this.#state.step,
        attempt: 0,
        level: 0,
        index: 0,
        runId,
      } as const;
      this.#weights = {
        step: this.#state.step,
        frames: encodeVector(header, this.#state.params, defaultLimits.maxChunkBytes, crc32),
      };
    }
    for (const frame of this.#weights.frames) peer.connection.send(frame);
    peer.weightsStep = this.#state.step;
  }

  #sendLease({ rank, leaseId, purpose, step, shards }: Extract<CoreEffect, { type: 'lease' }>): void {
    const peer = this.#byRank.get(rank);
    if (!peer) return;
    peer.openLease = leaseId;
    this.#sendWeights(peer, true);
    const { plan } = this.#options;
    const split = plan.split(purpose);
    const shape = plan.shape(purpose, step);
    const blocks = new Map<number, number>();
    const work = shards.map((shard) => {
      const exampleIds = [...plan.exampleIds(purpose, step, shard)];
      const blockIndexes = exampleIds.map((id) => {
        const block = split.blockOf(id);
        if (!blocks.has(block)) blocks.set(block, blocks.size);
        return blocks.get(block) ?? 0;
      });
      return { shard, exampleIds, blockIndexes };
    });
    this.#feed(peer, purpose, step, shards);
    peer.send({
      lease: {
        leaseId,
        step,
        purpose: purpose === 'train' ? WirePurpose.PURPOSE_TRAIN : WirePurpose.PURPOSE_EVALUATE,
        rows: shape.rows,
        timeSteps: shape.steps,
        shards: work,
        blocks: [...blocks.keys()].map((index) => Buffer.from(split.blocks[index]?.name ?? '', 'hex')),
      },
    });
    // The same shards of the next step are this worker's too, most likely: their data travels while it computes.
    const next = step + 1;
    if (purpose === 'train' && next < plan.totalSteps && peer.connection.queuedBytes < prefetchBytes)
      this.#feed(peer, purpose, next, shards);
  }

  #feed(peer: Peer, purpose: Purpose, step: number, shards: readonly number[]): void {
    const { plan } = this.#options;
    const ids = shards.flatMap((shard) => [...plan.exampleIds(purpose, step, shard)]);
    const split = plan.split(purpose);
    for (const index of peer.feed.take(split, ids)) {
      const block = split.blocks[index];
      if (block) this.#sendBlock(peer, block.bytes());
    }
  }

  #sendNamedBlocks(peer: Peer, names: readonly Uint8Array[]): void {
    const wanted = new Set(names.map((name) => Buffer.from(name).toString('hex')));
    const { train, test } = this.#options.plan.dataset;
    for (const split of [train, test]) {
      for (const block of split.blocks) if (wanted.has(block.name)) this.#sendBlock(peer, block.bytes());
    }
  }

  #sendBlock(peer: Peer, bytes: Uint8Array): void {
    const { runId, generation } = this.#options;
    const header = {
      kind: 'block',
      dtype: 'bytes',
      generation,
      step: 0,
      attempt: 0,
      level: 0,
      index: 0,
      runId,
    } as const;
    peer.connection.send(
      encodeFrame({ ...header, chunk: 0, offset: 0, count: bytes.length, total: bytes.length }, bytes, crc32),
    );
  }

  #closeLease(rank: number, leaseId: number): void {
    const peer = this.#byRank.get(rank);
    if (peer?.openLease === leaseId) peer.openLease = undefined;
    this.#gradients.dropLease(leaseId);
  }

  // ---- the step's end

  #update(reports: readonly ShardHealth[], isSkipped: boolean): void {
    const { training, plan, generation } = this.#options;
    const sum = this.#gradients.reduce(training.shards);
    const outcome = applyUpdate(this.#state, this.#rules, reports, isSkipped ? undefined : sum);
    const now = performance.now();
    const rows = reports.reduce(
      (total, { shard }) => total + plan.exampleIds('train', this.#state.step - 1, shard).length,
      0,
    );
    const sequencesPerSecond = (1000 * rows) / Math.max(0.001, now - this.#lastCommitAt);
    this.#lastCommitAt = now;
    const { step } = this.#state;
    const epoch = plan.epochAfter(step);
    this.#recorder.commit(
      { step, epoch, generation, seed: training.seed, ...outcome },
      { event: 'committed', step, epoch, sequencesPerSecond, ...outcome },
    );
    this.#recorder.waitForRoom().then(
      () => this.#dispatch({ type: 'updated' }),
      (error: unknown) => this.fail(error),
    );
  }

  #recordEvaluation(step: number, scores: readonly ShardScore[]): void {
    const { plan } = this.#options;
    const score = scoreEvaluation(plan.dataset, scores);
    const isBest = Number.isFinite(score.loss) && (this.#best === undefined || score.loss < this.#best.loss);
    if (isBest) this.#best = { loss: score.loss, step };
    this.#recorder.evaluated({
      event: 'evaluated',
      step,
      epoch: plan.epochAfter(step),
      split: 'test',
      best: isBest,
      ...score,
    });
  }

  #snapshot(kernelId: string): TrainingSnapshot {
    const { runId, plan } = this.#options;
    const { params, optimizer, step } = this.#state;
    const moments = Object.fromEntries(
      Object.entries(optimizer.moments).map(([name, vector]) => [name, vector.slice()]),
    );
    const copied = { moments, scalars: { ...optimizer.scalars } };
    return {
      runId,
      step,
      digest: digestState(params, optimizer),
      layout: plan.layout,
      params: params.slice(),
      optimizer: copied,
      kernelId,
      metrics: this.#best ? { bestLoss: this.#best.loss, bestStep: this.#best.step } : {},
      shardsByWorker: { ...this.#shardsByWorker },
      model: { ...plan.model },
      data: { ...plan.dataset.spec },
    };
  }

  #save(): Promise<void> {
    return this.#recorder.save(this.#snapshot(this.#kernelId ?? ''), this.#best?.step === this.#state.step);
  }

  #finish(reason: 'finished' | 'stopped'): void {
    this.#end();
    const { runDir } = this.#options;
    const snapshot = this.#snapshot(this.#kernelId ?? '');
    const message = reason === 'finished' ? 'The run is finished.' : 'The run was stopped and saved.';
    const finish = async (): Promise<DoneEvent> => {
      await this.#recorder.save(snapshot, this.#best?.step === snapshot.step);
      await this.#recorder.close();
      for (const peer of this.#byRank.values())
        peer.send({ stop: { code: reason === 'finished' ? 'DONE' : 'STOPPED', message } });
      const seconds = (performance.now() - this.#startedAt) / 1000;
      return {
        event: 'done',
        reason,
        step: snapshot.step,
        digest: snapshot.digest,
        runDir,
        seconds,
        shardsByWorker: { ...this.#shardsByWorker },
      };
    };
    finish().then(this.#resolve, this.#reject);
  }
}
