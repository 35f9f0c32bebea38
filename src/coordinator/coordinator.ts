// The coordinator's shell: performs what the core decides on sockets, tensors, clock and disk.
import { executionOf } from '../backend/kernel-id.js';
import { performance } from 'node:perf_hooks';
import type { Logger } from 'pino';
import { BridleError, ProtocolError } from '../errors.js';
import type { DoneEvent } from '../metrics/events.js';
import { Role, type ControlBodies, type ControlMessage } from '../protocol/control.js';
import type { Frame } from '../protocol/frame.js';
import { needsTfjs } from '../params/model-spec.js';
import { isOwnModel } from '../params/own-model-spec.js';
import { defaultLimits } from '../protocol/limits.js';
import type { PayloadChoice } from '../protocol/payload.js';
import { protocolVersion } from '../protocol/version.js';
import type { Connection } from '../transport/connection.js';
import { isOwed } from './core/answers.js';
import { step as coreStep } from './core/step.js';
import {
  createCoreState,
  type CoreEffect,
  type CoreEvent,
  type CoreState,
  type ShardHealth,
  type ShardScore,
} from './core/state.js';
import { checkHello } from './greeting.js';
import { Outbox } from './outbox.js';
import { Peer, printable } from './peer.js';
import { TensorRoads } from './tensor-roads.js';
import { TrainingRun, type TrainingRunOptions } from './training-run.js';

export interface CoordinatorOptions extends TrainingRunOptions {
  readonly bridleVersion: string;
  readonly payload: PayloadChoice;
  /** HOST:PORT that other machines are told, where that is not what it listens on. */
  readonly advertised?: string;
  /** The first worker has fixed the kernel id. */
  onKernel(kernelId: string): void;
  readonly log: Logger;
}

const tickMs = 250;
/** An observer gets the welcome and nothing else: no need to stay. */
const observerMs = 30_000;
/** A worker that has broken the contract so often is not let in again. */
const maxBreaches = 3;

export class Coordinator {
  readonly #options: CoordinatorOptions;
  readonly #core: CoreState;
  readonly #run: TrainingRun;
  readonly #roads: TensorRoads;
  readonly #outbox: Outbox;
  readonly #peers = new Set<Peer>();
  readonly #byRank = new Map<number, Peer>();
  readonly #events: CoreEvent[] = [];
  /** Breaches of the contract, by name and host of the worker. */
  readonly #breaches = new Map<string, number>();
  readonly #done: Promise<DoneEvent>;
  #resolve!: (event: DoneEvent) => void;
  #reject!: (error: unknown) => void;
  #isDispatching = false;
  #hasEnded = false;
  #timer: NodeJS.Timeout | undefined;
  #nextRank = 0;

  private constructor(options: CoordinatorOptions, run: TrainingRun, roads: TensorRoads) {
    this.#options = options;
    this.#run = run;
    this.#roads = roads;
    this.#outbox = new Outbox({
      ...options,
      state: run.state,
      carried: run.carried,
      statistics: run.statistics,
      roads,
    });
    const { step } = options.state;
    const isEvaluated = (options.evaluatedStep ?? step) === step;
    this.#core = createCoreState(options.plan.core, step, performance.now(), isEvaluated);
    this.#done = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.#done.catch(() => undefined);
  }

  /** Opens the run's logs and starts its clock; workers come in through `admit`. */
  static async start(options: CoordinatorOptions): Promise<Coordinator> {
    const holder: { coordinator?: Coordinator } = {};
    const run = await TrainingRun.open(options, (error) => holder.coordinator?.fail(error));
    const coordinator = new Coordinator(options, run, await openRoads(options, run));
    holder.coordinator = coordinator;
    if (run.kernelId !== undefined) coordinator.#announceStart(run.kernelId);
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
        onFrame: (_peer, frame) => this.#onFrame(peer, frame),
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
    this.#run.close().then(
      () => this.#reject(error),
      () => this.#reject(error),
    );
  }

  #end(): void {
    this.#hasEnded = true;
    clearInterval(this.#timer);
    this.#roads.close();
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
        for (const rank of effect.ranks) this.#withPeer(rank, (peer) => this.#outbox.offerWeights(peer));
        return;
      case 'lease':
        // Its next gradients go where those of the lease before may still be read.
        if (effect.purpose === 'train') this.#run.gradients.own(effect.rank);
        this.#withPeer(effect.rank, (peer) => this.#outbox.sendLease(peer, effect));
        return;
      case 'revoke':
        this.#revoke(effect.rank, effect.leaseId);
        return;
      case 'pause':
      case 'resume':
        this.#withPeer(effect.rank, ({ connection }) => connection[effect.type]());
        return;
      case 'disconnect':
        this.#disconnect(effect);
        return;
      case 'keepNode':
        this.#run.clock.reduce(() => this.#run.gradients.keep(effect.leaseId, effect.node, effect.replaced));
        return;
      case 'dropNode':
        this.#run.gradients.drop(effect.leaseId, effect.node);
        return;
      case 'update':
        this.#update(effect);
        return;
      case 'evaluation':
        this.#run.recordEvaluation(effect.step, effect.scores);
        return;
      case 'collected':
        this.#run.statistics?.collected(effect.scores);
        return;
      case 'save':
        void this.#run.save().catch((error: unknown) => this.fail(error));
        return;
      case 'counted':
        this.#withPeer(effect.rank, (peer) => this.#run.count(peer.name, effect.shards));
        return;
      case 'tell':
        if (effect.event.event === 'non-finite') this.#run.saveStep('non-finite', effect.event.step + 1, NaN);
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
    const { training, runId, generation, bridleVersion, plan, advertised = '' } = this.#options;
    const minor = checkHello(hello, {
      kernelId: this.#run.kernelId,
      backend: training.backend,
      execution: training.execution,
      allowMixedKernels: training.allowMixedKernels,
      wire: training.wire ?? 'f32',
      carriesState: this.#run.carried !== undefined,
      needsTfjs: !isOwnModel(plan.model) && needsTfjs(plan.model),
      collects: plan.maxCollectives > 0,
    });
    peer.identity = `${hello.name}@${hello.host}`;
    if ((this.#breaches.get(peer.identity) ?? 0) >= maxBreaches) {
      const message = `The worker has broken the protocol ${maxBreaches} times in this run. See the coordinator's log.`;
      throw new ProtocolError('QUARANTINED', message);
    }
    peer.rank = this.#nextRank;
    this.#nextRank += 1;
    peer.isObserver = hello.role !== Role.ROLE_WORKER;
    peer.name = hello.name || `rank-${peer.rank}`;
    peer.feed.hold(hello.heldBlocks.map((name) => Buffer.from(name).toString('hex')));
    const isFirst = this.#run.kernelId === undefined && !peer.isObserver;
    if (isFirst) this.#run.kernelId = hello.kernelId;
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
        kernelId: this.#run.kernelId ?? '',
        advertised,
      },
    });
    if (peer.isObserver) {
      setTimeout(() => peer.close('GOODBYE', 'an observer has seen it all'), observerMs).unref();
      return;
    }
    this.#roads.offer(peer, hello);
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
      startStep: this.#run.state.step,
      backend: kernelId.split('/')[0] ?? kernelId,
      execution: executionOf(kernelId),
      kernelId,
      generation,
      ...(plan.maxCollectives > 0 && { collectives: plan.maxCollectives }),
    });
  }

  #onClosed(peer: Peer, reason: string): void {
    const { rank, staleFrames, identity, name } = peer;
    this.#peers.delete(peer);
    if (rank !== undefined) this.#run.gradients.own(rank);
    this.#roads.leave(peer);
    if (rank === undefined) return;
    if (peer.hasBroken) {
      this.#breaches.set(identity, (this.#breaches.get(identity) ?? 0) + 1);
      this.#options.log.warn({ rank, worker: name }, reason);
    }
    if (!this.#byRank.delete(rank)) return;
    if (staleFrames > 0) this.#options.log.info({ rank, staleFrames }, 'stale frames were dropped');
    this.#dropLease(peer);
    this.#dispatch({ type: 'left', rank, reason });
  }

  #dropLease(peer: Peer): void {
    if (peer.openLease !== undefined) this.#run.gradients.dropLease(peer.openLease);
    peer.openLease = undefined;
  }

  #withPeer(rank: number, act: (peer: Peer) => void): void {
    const peer = this.#byRank.get(rank);
    if (peer) act(peer);
  }

  #revoke(rank: number, leaseId: number): void {
    this.#run.gradients.dropLease(leaseId);
    this.#withPeer(rank, (peer) => {
      if (peer.openLease === leaseId) peer.openLease = undefined;
      peer.send({ revoke: { leaseId } });
    });
  }

  #disconnect({ rank, code, message, isStuck }: Extract<CoreEffect, { type: 'disconnect' }>): void {
    this.#withPeer(rank, (peer) => {
      if (isStuck) peer.send({ stop: { code, message } });
      this.#dropLease(peer); // the core has given its place to another
      peer.close(code, message);
    });
  }

  // ---- what comes in

  #onControl(peer: Peer, message: ControlMessage): void {
    const { rank } = peer;
    if (rank === undefined) return;
    if (peer.isObserver) {
      if (message.kind === 'probe') peer.send(peer.probes.answer(message.body));
      return;
    }
    this.#dispatch({ type: 'heard', rank });
    switch (message.kind) {
      case 'shardReports': {
        const reports = (message.body.reports as ShardHealth[]).map(healthOf);
        this.#run.carried?.check(reports);
        this.#run.statistics?.checkOwn(reports);
        this.#dispatch({
          type: 'reported',
          rank,
          leaseId: message.body.leaseId,
          step: message.body.step,
          reports,
        });
        return;
      }
      case 'evaluationReports': {
        const scores = (message.body.reports as ShardScore[]).map(scoreOf);
        // What comes late belongs to a collective that is closed, and may have another size.
        if (message.body.leaseId === peer.openLease) this.#run.statistics?.check(scores);
        this.#dispatch({ type: 'scored', rank, leaseId: message.body.leaseId, step: message.body.step, scores });
        return;
      }
      case 'sharedMemoryTaken':
        if (this.#roads.onTaken(peer, message.body)) this.#options.log.info({ rank }, 'shared memory is taken up');
        return;
      case 'needBlocks':
        this.#outbox.sendBlocks(peer, message.body.names);
        return;
      case 'droppedBlocks':
        peer.feed.dropped(message.body.names.map((name) => Buffer.from(name).toString('hex')));
        return;
      case 'goodbye':
        peer.close('GOODBYE', printable(message.body.reason));
        return;
      case 'heartbeat':
        return;
      default:
        peer.reject({ code: 'MESSAGE_UNEXPECTED', message: `A worker does not send ${message.kind}.` });
    }
  }

  #onFrame(peer: Peer, frame: Frame): void {
    const { rank } = peer;
    const { header } = frame;
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
    else if (!this.#takeIn(peer, rank, frame)) return;
    this.#dispatch({ type: 'node', ...arrival });
  }

  /** Takes a gradient where it lies, or a chunk of it by copy; true when its vector is whole. */
  #takeIn(peer: Peer, rank: number, frame: Frame): boolean {
    const vector = this.#roads.viewOf(peer, frame);
    if (!vector) return this.#run.addChunk(frame.header, this.#roads.copyOf(peer, frame));
    this.#run.borrow(frame.header, vector, rank);
    return true;
  }

  // ---- the step's end

  #update({ reports, ranks, isSkipped }: Extract<CoreEffect, { type: 'update' }>): void {
    this.#run.update(reports, isSkipped, ranks).then(
      () => {
        this.#dispatch({ type: 'updated' });
        this.#run.describe();
      },
      (error: unknown) => this.fail(error),
    );
  }

  #finish(reason: 'finished' | 'stopped'): void {
    this.#end();
    const end = async (): Promise<DoneEvent> => {
      const done = await this.#run.finish(reason);
      const message = reason === 'finished' ? 'The run is finished.' : 'The run was stopped and saved.';
      const stop = { code: reason === 'finished' ? 'DONE' : 'STOPPED', message };
      for (const peer of this.#byRank.values()) peer.send({ stop });
      return done;
    };
    end().then(this.#resolve, this.#reject);
  }
}

/** A report as a plain value: its defaults lie on a prototype, and its text is the peer's own. */
function healthOf({ shard, loss, count, squaredNorm, nonFinite, carried, moments }: ShardHealth): ShardHealth {
  const state = {
    ...(carried && carried.length > 0 && { carried: Uint8Array.from(carried) }),
    ...(moments && moments.length > 0 && { moments: Uint8Array.from(moments) }),
  };
  return { shard, loss, count, squaredNorm, nonFinite: printable(nonFinite), ...state };
}

function scoreOf({ shard, loss, count, correct, part }: ShardScore): ShardScore {
  return { shard, loss, count, correct, ...(part && part.length > 0 ? { part: Uint8Array.from(part) } : {}) };
}

async function openRoads(options: CoordinatorOptions, run: TrainingRun): Promise<TensorRoads> {
  const onClosed = ({ code, message }: BridleError): void => options.onEvent({ event: 'warning', code, message });
  try {
    return new TensorRoads({
      ...options,
      state: run.state,
      mover: run.mover,
      allocatePages: run.allocatePages,
      onClosed,
    });
  } catch (error) {
    await run.close();
    throw error;
  }
}
