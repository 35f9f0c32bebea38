// The coordinator's core: `step(state, event, now)` changes the state and returns what the shell must do. No I/O, no clock.
import { Coverage } from '../../collective/coverage.js';
import { onNode, onReported, onScored } from './answers.js';
import { grantLeases, isScored, revokeLease } from './grants.js';
import { allowPreparation, checkLeases, checkWorkers, forget, noteWaiting } from './membership.js';
import { clearUploads, expireUploads } from './uploads.js';
import {
  isEvaluationDueAfter,
  type CollectRound,
  type CoreEffect,
  type CoreEvent,
  type CoreState,
  type Round,
} from './state.js';

/** Takes one event in; returns the effects in the order in which they must be performed. */
export function step(state: CoreState, event: CoreEvent, now: number): CoreEffect[] {
  if (state.phase === 'ended') return [];
  const effects: CoreEffect[] = [];
  onEvent(state, event, now, effects);
  advance(state, now, effects);
  if (event.type !== 'heard') clearUploads(state, now, effects);
  sendWeights(state, effects);
  return effects;
}

/** A lease brings the weights along, so that a worker is woken once; who gets no lease gets them after all leases are out. */
function sendWeights(state: CoreState, effects: CoreEffect[]): void {
  if (state.weightsDue.length === 0) return;
  const leased = new Set(effects.flatMap((effect) => (effect.type === 'lease' ? [effect.rank] : [])));
  const ranks = state.weightsDue.filter((rank) => !leased.has(rank));
  state.weightsDue = [];
  if (ranks.length > 0 && state.phase !== 'ended') effects.push({ type: 'sendWeights', ranks });
}

function onEvent(state: CoreState, event: CoreEvent, now: number, effects: CoreEffect[]): void {
  switch (event.type) {
    case 'joined':
      state.workers.set(event.rank, { rank: event.rank, name: event.name, lastHeard: now, overdueMs: 0, shardMs: {} });
      effects.push({
        type: 'tell',
        event: { event: 'worker-joined', rank: event.rank, name: event.name, workers: state.workers.size },
      });
      state.weightsDue = [event.rank];
      return;
    case 'left':
      forget(state, event.rank, event.reason, now, effects);
      return;
    case 'heard': {
      const worker = state.workers.get(event.rank);
      if (worker) worker.lastHeard = now;
      return;
    }
    case 'preparing':
      allowPreparation(state, event, now);
      return;
    case 'reported':
      onReported(state, event, now, effects);
      return;
    case 'node':
      onNode(state, event, now, effects);
      return;
    case 'scored':
      onScored(state, event, now, effects);
      return;
    case 'updated':
      onUpdated(state);
      return;
    case 'stop':
      state.isStopping = true;
      return;
    case 'tick':
      checkWorkers(state, now, effects);
      checkLeases(state, now, effects);
      expireUploads(state, now, effects);
      noteWaiting(state, now, effects);
      state.lastTick = now;
  }
}

function onUpdated(state: CoreState): void {
  const { plan } = state;
  state.phase = 'running';
  state.step += 1;
  state.numCollected = 0;
  const isDue = (every: number): boolean => every > 0 && state.step % every === 0;
  const isLast = state.step >= plan.totalSteps;
  state.isEvaluationDue = isEvaluationDueAfter(plan, state.step);
  state.isSaveDue = isDue(plan.saveEvery);
  if (!isLast || state.isEvaluationDue) state.weightsDue = [...state.workers.keys()];
}

/** Moves on as far as can be: closes a round that is complete, opens the next, grants leases. */
function advance(state: CoreState, now: number, effects: CoreEffect[]): void {
  if (state.phase === 'waiting') {
    const isOver = state.step >= state.plan.totalSteps && !state.isEvaluationDue;
    const isReady = state.workers.size >= state.plan.minWorkers && !isOver;
    if (isReady) state.phase = 'running';
    else if (state.isStopping || isOver) finish(state, effects);
  }
  if (state.phase !== 'running') return;
  if (effects.some((effect) => effect.type === 'fail')) {
    state.phase = 'ended';
    return;
  }
  closeRound(state, now, effects);
  if (state.phase !== 'running') return;
  if (!state.round) openRound(state, now, effects);
  if (state.round) grantLeases(state, state.round, now, effects);
}

function closeRound(state: CoreState, now: number, effects: CoreEffect[]): void {
  const { round } = state;
  if (!round) return;
  if (round.purpose === 'train') {
    if (!round.isSkipped && !round.coverage.isComplete) {
      // A stop does not wait for shards that nobody is left to compute.
      if (state.isStopping && state.workers.size === 0) {
        endRound(state, round, now, effects);
        finish(state, effects);
      }
      return;
    }
    // Which reports of a skipped step were in when it was given up is chance: its record must not depend on that.
    const known = round.isSkipped ? [] : [...round.reports.values()];
    known.sort((a, b) => a.health.shard - b.health.shard);
    const reports = known.map(({ health }) => health);
    const ranks = known.map(({ rank }) => rank);
    endRound(state, round, now, effects);
    state.phase = 'updating';
    effects.push({ type: 'update', step: round.step, reports, ranks, isSkipped: round.isSkipped });
    return;
  }
  if (round.purpose === 'collect') {
    closeCollective(state, round, now, effects);
    return;
  }
  if (state.isStopping) {
    endRound(state, round, now, effects);
    state.isEvaluationDue = true; // a resume makes up for it
    return;
  }
  if (!isScored(state, round)) return;
  const scores = [...round.scores.values()].sort((a, b) => a.shard - b.shard);
  endRound(state, round, now, effects);
  effects.push({ type: 'evaluation', step: round.step, scores });
}

function closeCollective(state: CoreState, round: CollectRound, now: number, effects: CoreEffect[]): void {
  // The step is finished before a stop, unless nobody is left to compute.
  const isAbandoned = state.isStopping && state.workers.size === 0;
  if (!isAbandoned && !isScored(state, round)) return;
  const scores = [...round.scores.values()].sort((a, b) => a.shard - b.shard);
  endRound(state, round, now, effects);
  if (isAbandoned) {
    finish(state, effects);
    return;
  }
  state.numCollected += 1;
  effects.push({ type: 'collected', scores });
}

/** Leases that are still open belong to workers that were too slow: their answers would be dropped. */
function endRound(state: CoreState, round: Round, now: number, effects: CoreEffect[]): void {
  for (const lease of round.leases.values()) revokeLease(state, round, lease, now, effects);
  state.round = undefined;
}

function openRound(state: CoreState, now: number, effects: CoreEffect[]): void {
  const { plan, step: current } = state;
  if (state.isEvaluationDue && !state.isStopping) {
    state.isEvaluationDue = false;
    state.hasFreeShards = true;
    state.round = { purpose: 'evaluate', step: current, startedAt: now, leases: new Map(), scores: new Map() };
    return;
  }
  const isBegun = state.numCollected > 0;
  if (!isBegun && (state.isStopping || current >= plan.totalSteps)) {
    finish(state, effects);
    return;
  }
  if (state.isSaveDue) {
    state.isSaveDue = false;
    effects.push({ type: 'save', step: current });
  }
  if (state.numCollected < (plan.numCollectives?.(current) ?? 0)) {
    state.hasFreeShards = true;
    state.round = { purpose: 'collect', step: current, startedAt: now, leases: new Map(), scores: new Map() };
    return;
  }
  const absent = new Set<number>();
  for (let shard = 0; shard < plan.numShards; shard += 1)
    if (plan.targetCount('train', current, shard) === 0) absent.add(shard);
  const coverage = new Coverage(plan.numShards, absent);
  state.hasFreeShards = true;
  state.round = {
    purpose: 'train',
    step: current,
    startedAt: now,
    leases: new Map(),
    coverage,
    reports: new Map(),
    suspects: new Map(),
    isSkipped: false,
    isCrowded: false,
  };
}

/** The last checkpoint is the shell's part of finishing: it is taken whatever the cadence. */
function finish(state: CoreState, effects: CoreEffect[]): void {
  state.phase = 'ended';
  const isFinished = state.step >= state.plan.totalSteps && !state.isEvaluationDue;
  effects.push({ type: 'finish', reason: isFinished ? 'finished' : 'stopped' });
}
