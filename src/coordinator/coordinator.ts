// The coordinator's shell: performs what the core decides on sockets, tensors, clock and disk.
import { performance } from 'node:perf_hooks';
import type { Logger } from 'pino';
import { BridleError, TransportError } from '../errors.js';
import type { DoneEvent } from '../metrics/events.js';
import { encodeControl, type ControlBodies } from '../protocol/control.js';
import type { PayloadChoice } from '../protocol/payload.js';
import type { Connection } from '../transport/connection.js';
import { step as coreStep } from './core/step.js';
import { createCoreState, type CoreEffect, type CoreEvent, type CoreState } from './core/state.js';
import { Inbox } from './inbox.js';
import { Outbox } from './outbox.js';
import { Peer } from './peer.js';
import { Reception, type ReceptionOptions } from './reception.js';
import { startedEvent } from './started-event.js';
import { TensorRoads } from './tensor-roads.js';
import { TrainingRun } from './training-run.js';

export interface CoordinatorOptions extends ReceptionOptions {
  readonly payload: PayloadChoice;
  /** The first worker has fixed the kernel id. */
  onKernel(kernelId: string): void;
  readonly log: Logger;
}

const tickMs = 250;
/** Less than the second that workers are promised, whatever holds a tick up. */
const ticksPerHeartbeat = 3;
const heartbeat = encodeControl({ heartbeat: {} });

export class Coordinator {
  readonly #options: CoordinatorOptions;
  readonly #core: CoreState;
  readonly #run: TrainingRun;
  readonly #roads: TensorRoads;
  readonly #outbox: Outbox;
  readonly #inbox: Inbox;
  readonly #reception: Reception;
  readonly #peers = new Set<Peer>();
  readonly #byRank = new Map<number, Peer>();
  readonly #events: CoreEvent[] = [];
  readonly #done: Promise<DoneEvent>;
  #resolve!: (event: DoneEvent) => void;
  #reject!: (error: unknown) => void;
  #isDispatching = false;
  #hasEnded = false;
  #numTicks = 0;
  #timer: NodeJS.Timeout | undefined;
  #statisticsWarnedOf = -1;

  private constructor(options: CoordinatorOptions, run: TrainingRun, roads: TensorRoads) {
    this.#options = options;
    this.#run = run;
    this.#roads = roads;
    run.placeFor = (step) => roads.placeFor(step);
    this.#reception = new Reception(options, run);
    const { state, carried, statistics } = run;
    this.#outbox = new Outbox({
      ...options,
      state,
      carried,
      statistics,
      roads,
      onFailed: (error) => this.fail(error),
    });
    const { step } = options.state;
    const isEvaluated = (options.evaluatedStep ?? step) === step;
    this.#core = createCoreState(options.plan.core, step, performance.now(), isEvaluated);
    const { runId, generation, log } = options;
    const dispatch = (event: CoreEvent): void => this.#dispatch(event);
    this.#inbox = new Inbox({ runId, generation, core: this.#core, run, roads, outbox: this.#outbox, log, dispatch });
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
    if (run.kernelId !== undefined) options.onEvent(startedEvent(options, run.kernelId, run.state.step));
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
        onControl: (_peer, message) => this.#inbox.onControl(peer, message),
        onFrame: (_peer, frame) => this.#inbox.onFrame(peer, frame),
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
    this.#outbox.close();
    this.#roads.close();
  }

  #onTick(): void {
    const now = performance.now();
    this.#numTicks += 1;
    for (const [rank, peer] of this.#byRank) {
      // Dealt over the ticks, and encoded once: to a thousand workers that was most of what the heap had to be cleared of.
      if ((rank + this.#numTicks) % ticksPerHeartbeat === 0) peer.connection.send(heartbeat);
      if (peer.hasSpoken()) this.#dispatch({ type: 'heard', rank });
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
        this.#outbox.send();
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
        this.#withPeer(effect.rank, (peer) => this.#outbox.putLease(peer, effect));
        return;
      case 'revoke':
        this.#revoke(effect.rank, effect.leaseId);
        return;
      case 'clearToSend':
        this.#withPeer(effect.rank, (peer) => this.#outbox.clearToSend(peer, effect.leaseId));
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
        this.#warnOfStatistics(this.#run.statistics?.collected(effect.scores) ?? []);
        return;
      case 'save':
        void this.#run.save().catch((error: unknown) => this.fail(error));
        return;
      case 'counted':
        this.#withPeer(effect.rank, (peer) => this.#run.count(peer.name, effect.shards));
        return;
      case 'tell':
        if (effect.event.event === 'non-finite') this.#run.saveNonFinite(effect.event);
        this.#options.onEvent(effect.event);
        return;
      case 'fail':
        this.fail(effect.error);
        return;
      case 'finish':
        this.#finish(effect.reason);
    }
  }

  /** Once a step: from one shard it spreads to all that follows. */
  #warnOfStatistics([shard]: readonly number[]): void {
    const { step } = this.#run.state;
    if (shard === undefined || this.#statisticsWarnedOf === step) return;
    this.#statisticsWarnedOf = step;
    const ids = this.#options.plan.exampleIds('train', step, shard);
    const message =
      `Step ${step + 1}: the statistics of shard ${shard} (example ids ${ids.join(', ')}) are not finite. ` +
      'With batch normalisation that reaches the gradient of every shard.';
    this.#options.onEvent({ event: 'warning', code: 'STATISTICS_NOT_FINITE', message });
  }

  // ---- who comes and goes

  #onHello(peer: Peer, hello: ControlBodies['hello']): void {
    const isFirst = this.#run.kernelId === undefined;
    this.#reception.welcome(peer, hello);
    if (peer.isObserver || peer.rank === undefined) return;
    this.#byRank.set(peer.rank, peer);
    if (!this.#offerRoads(peer, hello)) return;
    if (isFirst) {
      this.#options.onKernel(hello.kernelId);
      this.#options.onEvent(startedEvent(this.#options, hello.kernelId, this.#run.state.step));
    }
    this.#dispatch({ type: 'joined', rank: peer.rank, name: peer.name });
  }

  /** False: the run wants shared memory or nothing, and has ended for want of it. */
  #offerRoads(peer: Peer, hello: ControlBodies['hello']): boolean {
    try {
      this.#roads.offer(peer, hello);
      return true;
    } catch (error) {
      if (!(error instanceof TransportError)) throw error;
      this.fail(error);
      return false;
    }
  }

  #onClosed(peer: Peer, reason: string): void {
    const { rank, staleFrames, name } = peer;
    this.#peers.delete(peer);
    this.#outbox.forget(peer);
    if (rank !== undefined) this.#run.gradients.own(rank);
    this.#roads.leave(peer);
    if (rank === undefined) return;
    if (peer.hasBroken) {
      this.#reception.noteBreach(peer);
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
      if (this.#outbox.takeBack(peer, leaseId)) return;
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
