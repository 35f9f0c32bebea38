// A coordinator process in the simulator: the real core, gradient store, data feed and update behind a small shell.
import { crc32 } from 'node:zlib';
import {
  applyUpdate,
  placeState,
  type TrainingState,
  type UpdateRules,
} from '../../../src/coordinator/apply-update.js';
import { isOwed } from '../../../src/coordinator/core/answers.js';
import {
  createCoreState,
  type CoreEffect,
  type CoreEvent,
  type CoreState,
  type ShardHealth,
  type ShardScore,
} from '../../../src/coordinator/core/state.js';
import { nodeKey, type TreeNode } from '../../../src/collective/tree.js';
import { step as coreStep } from '../../../src/coordinator/core/step.js';
import { GradientStore } from '../../../src/coordinator/gradient-store.js';
import { copyOf } from '../../../src/protocol/chunks.js';
import { createVectorArena } from '../../../src/tensor/vector-arena.js';
import { decodeControl, type ControlBodies } from '../../../src/protocol/control.js';
import type { Message } from '../../../src/protocol/message.js';
import { decodeFrame, isFrame, type FrameHeader } from '../../../src/protocol/frame.js';
import type { StepRecord } from './disk.js';
import type { Link, LinkEnd } from './link.js';
import { layout, planOf, rulesOf, type ToyOptions } from './toy-training.js';
import { SimulatedPeer } from './simulated-peer.js';
import { heartbeatBytes, runId } from './toy-wire.js';
import type { World } from './world.js';

const tickMs = 250;

export class CoordinatorProcess {
  readonly core: CoreState;
  readonly #arena = createVectorArena();
  readonly gradients: GradientStore;
  readonly #world: World;
  readonly #rules: UpdateRules;
  readonly #generation: number;
  readonly #state: TrainingState;
  readonly #known: ReadonlyMap<number, StepRecord>;
  readonly #byRank = new Map<number, SimulatedPeer>();
  /** Nodes that the sum of the open step is made of. */
  readonly #kept = new Map<string, TreeNode>();
  readonly #events: CoreEvent[] = [];
  #isDispatching = false;
  #isAlive = true;
  #frozenUntil = 0;
  #deferred: { readonly isTimer: boolean; readonly run: () => void }[] = [];
  #nextRank = 0;
  #announced: number;
  #isWaitingForRoom = false;

  constructor(world: World, toy: ToyOptions, generation: number) {
    this.#world = world;
    this.#rules = rulesOf(toy, this.#arena);
    this.gradients = new GradientStore(layout.size, toy.shards, this.#arena);
    this.#generation = generation;
    this.#state = placeState(this.#arena, world.disk.checkpoint);
    this.#announced = this.#state.step;
    this.#known = new Map(world.disk.records.map((record) => [record.step, record]));
    this.core = createCoreState(planOf(toy), this.#state.step, world.timeline.now);
    const tick = (): void => {
      for (const peer of this.#byRank.values()) peer.link.sendToClient(heartbeatBytes);
      this.#dispatch({ type: 'tick' });
      this.#later(tickMs, tick);
    };
    this.#later(tickMs, tick);
  }

  admit(link: Link): LinkEnd {
    const peer = new SimulatedPeer(link, this.#generation);
    return {
      onMessage: (bytes) => this.#inProcess(() => this.#onMessage(peer, bytes)),
      onClose: (reason) => this.#inProcess(() => this.#onClosed(peer, reason)),
    };
  }

  stop(): void {
    this.#inProcess(() => this.#dispatch({ type: 'stop' }));
  }

  /** SIGKILL: nothing of this process acts any more. */
  kill(): void {
    this.#isAlive = false;
    this.#world.disk.crash();
  }

  /** The whole process stands still, as under SIGSTOP; what comes in waits in its sockets. */
  freeze(durationMs: number): void {
    this.#frozenUntil = this.#world.timeline.now + durationMs;
    this.#world.timeline.in(durationMs, () => {
      const timers = this.#deferred.filter(({ isTimer }) => isTimer);
      const sockets = this.#deferred.filter(({ isTimer }) => !isTimer);
      this.#deferred = [];
      // An event loop that wakes up turns to its timers and to its sockets in an order that nobody can rely on.
      const waiting = this.#world.random.chance(0.5) ? [...timers, ...sockets] : [...sockets, ...timers];
      for (const { run } of waiting) run();
    });
  }

  #inProcess(run: () => void, isTimer = false): void {
    if (!this.#isAlive) return;
    if (this.#world.timeline.now < this.#frozenUntil)
      this.#deferred.push({ isTimer, run: () => this.#inProcess(run, isTimer) });
    else run();
  }

  #later(delayMs: number, run: () => void): void {
    this.#world.timeline.in(delayMs, () => this.#inProcess(run, true));
  }

  #dispatch(event: CoreEvent): void {
    this.#events.push(event);
    if (this.#isDispatching) return;
    this.#isDispatching = true;
    for (let next = this.#events.shift(); next && this.#isAlive; next = this.#events.shift()) {
      for (const effect of coreStep(this.core, next, this.#world.timeline.now)) this.#perform(effect);
      if (next.type !== 'heard') this.#world.onState(this.core);
    }
    this.#isDispatching = false;
  }

  #perform(effect: CoreEffect): void {
    switch (effect.type) {
      case 'sendWeights':
        for (const rank of effect.ranks) this.#byRank.get(rank)?.sendWeights(this.#state);
        return;
      case 'lease':
        this.#sendLease(effect);
        return;
      case 'revoke': {
        const peer = this.#byRank.get(effect.rank);
        if (peer?.openLease === effect.leaseId) peer.openLease = undefined;
        this.gradients.dropLease(effect.leaseId);
        peer?.send({ revoke: { leaseId: effect.leaseId } });
        return;
      }
      case 'clearToSend':
        this.#byRank.get(effect.rank)?.send({ clearToSend: { leaseId: effect.leaseId } });
        return;
      case 'disconnect': {
        const peer = this.#byRank.get(effect.rank);
        this.#world.timeline.note(`rank ${effect.rank} disconnected: ${effect.message}`);
        if (peer) this.#world.onDisconnect(peer.name, effect.code, effect.message);
        if (effect.isStuck) peer?.send({ stop: { code: effect.code, message: effect.message } });
        if (!peer) return;
        this.#dropLease(peer);
        peer.isClosing = true;
        peer.link.closeFromServer(effect.code);
        return;
      }
      case 'keepNode':
        this.gradients.keep(effect.leaseId, effect.node, effect.replaced);
        for (const node of effect.replaced) this.#kept.delete(nodeKey(node));
        this.#kept.set(nodeKey(effect.node), effect.node);
        return;
      case 'dropNode':
        this.gradients.drop(effect.leaseId, effect.node);
        return;
      case 'update':
        this.#update(effect.reports, effect.isSkipped);
        return;
      case 'evaluation':
        this.#world.onEvaluation(effect.step, effect.scores, this.#state.params);
        return;
      case 'save':
        this.#world.disk.save(this.#state, () => undefined);
        return;
      case 'fail':
        throw effect.error;
      case 'finish':
        this.#finish(effect.reason);
        return;
      case 'collected':
      case 'counted':
      case 'tell':
    }
  }

  #dropLease(peer: SimulatedPeer): void {
    if (peer.openLease !== undefined) this.gradients.dropLease(peer.openLease);
    peer.openLease = undefined;
  }

  #onClosed(peer: SimulatedPeer, reason: string): void {
    const { rank } = peer;
    if (rank === undefined || !this.#byRank.delete(rank)) return;
    this.#dropLease(peer);
    this.#dispatch({ type: 'left', rank, reason });
  }

  #onMessage(peer: SimulatedPeer, bytes: Uint8Array): void {
    if (peer.isClosing) return;
    if (isFrame([bytes])) {
      const { header, payload } = decodeFrame([bytes], crc32);
      this.#onGradient(peer, header, payload);
      return;
    }
    const message = decodeControl(bytes);
    if (message.kind === 'hello') return this.#welcome(peer, message.body);
    const { rank } = peer;
    if (rank === undefined) return;
    this.#dispatch({ type: 'heard', rank });
    if (message.kind === 'shardReports') {
      const { leaseId, step, reports } = message.body;
      this.#dispatch({ type: 'reported', rank, leaseId, step, reports: reports as ShardHealth[] });
    } else if (message.kind === 'evaluationReports') {
      const { leaseId, step, reports } = message.body;
      this.#dispatch({ type: 'scored', rank, leaseId, step, scores: reports as ShardScore[] });
    } else if (message.kind === 'needBlocks') peer.sendNamedBlocks(message.body.names);
    else if (message.kind === 'droppedBlocks') peer.dropped(message.body.names);
  }

  #onGradient(peer: SimulatedPeer, header: FrameHeader, payload: Message): void {
    const { rank } = peer;
    if (rank === undefined) return;
    this.#dispatch({ type: 'heard', rank });
    if (header.generation !== this.#generation || header.attempt !== peer.openLease) return;
    const arrival = {
      rank,
      leaseId: header.attempt,
      step: header.step,
      node: { level: header.level, index: header.index },
    };
    if (isOwed(this.core, arrival) && !this.gradients.add(header, copyOf(payload))) return;
    this.#dispatch({ type: 'node', ...arrival });
  }

  #welcome(peer: SimulatedPeer, hello: ControlBodies['hello']): void {
    peer.rank = this.#nextRank;
    this.#nextRank += 1;
    peer.name = hello.name;
    peer.hold(hello.heldBlocks);
    this.#world.timeline.note(`${hello.name} joins as rank ${peer.rank} of generation ${this.#generation}`);
    peer?.send({ welcome: { runId, generation: this.#generation, rank: peer.rank } });
    this.#byRank.set(peer.rank, peer);
    this.#dispatch({ type: 'joined', rank: peer.rank, name: hello.name });
  }

  #sendLease(effect: Extract<CoreEffect, { type: 'lease' }>): void {
    const { rank, leaseId, purpose, step, shards } = effect;
    this.#world.timeline.note(`lease ${leaseId} to rank ${rank}: ${purpose} step ${step} shards ${shards.join(',')}`);
    this.#byRank.get(rank)?.sendLease(effect, this.#state);
  }

  #update(reports: readonly ShardHealth[], isSkipped: boolean): void {
    const { disk } = this.#world;
    this.#world.onHeld(this.gradients.takePeak());
    const sum = this.gradients.reduce();
    if (!isSkipped) this.#world.onSum(this.#state.step, [...this.#kept.values()]);
    this.#kept.clear();
    const outcome = applyUpdate(this.#state, this.#rules, reports, isSkipped ? undefined : sum);
    for (const vector of Object.values(sum ?? {})) this.#arena.free(vector);
    const { digest } = outcome;
    const { step } = this.#state;
    this.#world.onStep(step, outcome, this.#known.get(step), this.#state.params);
    if (this.#known.has(step)) this.#announced = step;
    else disk.append({ step, digest, generation: this.#generation }, () => this.#inProcess(() => this.#onSynced()));
    this.#isWaitingForRoom = true;
    this.#later(0, () => this.#goOn());
  }

  #onSynced(): void {
    for (let step = this.#announced + 1; step <= (this.#world.disk.records.at(-1)?.step ?? 0); step += 1)
      this.#world.onAnnounced(step);
    this.#announced = Math.max(this.#announced, this.#world.disk.records.at(-1)?.step ?? 0);
    this.#goOn();
  }

  /** At most three steps may be ahead of the disk. */
  #goOn(): void {
    if (!this.#isWaitingForRoom || this.#world.disk.numUnsynced > 3) return;
    this.#isWaitingForRoom = false;
    this.#dispatch({ type: 'updated' });
  }

  #finish(reason: 'finished' | 'stopped'): void {
    const end = (): void => {
      if (!this.#isAlive) return;
      this.#isAlive = false;
      for (const peer of this.#byRank.values())
        peer?.send({ stop: { code: reason === 'finished' ? 'DONE' : 'STOPPED', message: reason } });
      this.#world.onFinished(reason, this);
    };
    this.#world.disk.save(this.#state, () => this.#inProcess(end));
  }
}
