// Leases: which worker computes which shards, and until when.
import { dealShares } from '../../collective/shares.js';
import {
  leaseTimes,
  type CoreEffect,
  type CoreState,
  type Lease,
  type Purpose,
  type Round,
  type TrainRound,
  type WorkerState,
} from './state.js';

/** Shards of an evaluation that one lease holds at most. */
const evaluationShare = 8;

/** Grants every shard that nobody is computing to workers that are idle. */
export function grantLeases(state: CoreState, round: Round, now: number, effects: CoreEffect[]): void {
  // With a thousand workers this is asked thousands of times a step, and only now and then is there something to give.
  if (!state.hasFreeShards) return;
  const busy = new Set([...round.leases.values()].map((lease) => lease.rank));
  const idle = [...state.workers.values()].filter((worker) => !busy.has(worker.rank)).sort((a, b) => a.rank - b.rank);
  if (idle.length === 0) return;
  round.usualMs = medianShardMs(state, round.purpose);
  if (round.purpose === 'evaluate') grantEvaluation(state, round, idle, now, effects);
  else if (round.purpose === 'collect')
    grantShares(state, round, { free: freeShards(state, round), idle }, now, effects);
  else grantTraining(state, round, idle, now, effects);
  state.hasFreeShards = freeShards(state, round).length > 0;
}

function grantEvaluation(
  state: CoreState,
  round: Round,
  idle: readonly WorkerState[],
  now: number,
  effects: CoreEffect[],
): void {
  const free = freeShards(state, round);
  for (const worker of idle) {
    const shards = free.splice(0, evaluationShare);
    if (shards.length > 0) grant(state, round, worker, shards, now, effects);
  }
}

function grantTraining(
  state: CoreState,
  round: Extract<Round, { purpose: 'train' }>,
  idle: readonly WorkerState[],
  now: number,
  effects: CoreEffect[],
): void {
  const free = freeShards(state, round);
  round.isCrowded = round.leases.size + Math.min(free.length, idle.length) > state.plan.maxUploads;
  const suspects = free.filter((shard) => round.suspects.has(shard));
  const taken = grantSuspects(state, round, suspects, idle, now, effects);
  const rest = free.filter((shard) => !round.suspects.has(shard));
  const others = idle.filter((worker) => !taken.has(worker.rank));
  grantShares(state, round, { free: rest, idle: others }, now, effects);
}

/** Deals the free shards in runs as long as the workers are fast. */
function grantShares(
  state: CoreState,
  round: Round,
  { free, idle }: { readonly free: readonly number[]; readonly idle: readonly WorkerState[] },
  now: number,
  effects: CoreEffect[],
): void {
  // All rounds of a step deal alike: a worker goes on with the shards that it has begun.
  const speeds = idle.map((worker) => ({ rank: worker.rank, secondsPerShard: worker.shardMs.train }));
  for (const { rank, shards } of dealShares(free, speeds)) {
    const worker = state.workers.get(rank);
    if (worker && shards.length > 0) grant(state, round, worker, shards, now, effects);
  }
}

/** A shard whose gradient was not finite goes to another worker than before, if there is one. */
function grantSuspects(
  state: CoreState,
  round: Extract<Round, { purpose: 'train' }>,
  suspects: readonly number[],
  idle: readonly WorkerState[],
  now: number,
  effects: CoreEffect[],
): Set<number> {
  const taken = new Set<number>();
  for (const shard of suspects) {
    const accuser = round.suspects.get(shard);
    const hasOther = [...state.workers.keys()].some((rank) => rank !== accuser);
    const worker = idle.find(({ rank }) => !taken.has(rank) && (rank !== accuser || !hasOther));
    if (!worker) continue;
    taken.add(worker.rank);
    grant(state, round, worker, [shard], now, effects);
  }
  return taken;
}

/** Shards that are wanted and in no lease; those of an overdue lease are free again. */
function freeShards(state: CoreState, round: Round): number[] {
  const leased = new Set(
    [...round.leases.values()].filter((lease) => !lease.isOverdue).flatMap((lease) => lease.shards),
  );
  const missing = round.purpose === 'train' ? round.coverage.missing : unscoredShards(state, round);
  return missing.filter((shard) => !leased.has(shard));
}

function unscoredShards({ plan }: CoreState, round: Exclude<Round, TrainRound>): number[] {
  const isCollect = round.purpose === 'collect';
  const count = isCollect ? plan.numShards : plan.numEvaluationShards;
  return Array.from({ length: count }, (_, shard) => shard).filter(
    (shard) => !round.scores.has(shard) && !(isCollect && plan.targetCount('train', round.step, shard) === 0),
  );
}

/** Says whether all shards of a round that gathers no gradients have answered. */
export function isScored(state: CoreState, round: Exclude<Round, TrainRound>): boolean {
  return unscoredShards(state, round).length === 0;
}

function grant(
  state: CoreState,
  round: Round,
  worker: WorkerState,
  shards: readonly number[],
  now: number,
  effects: CoreEffect[],
): void {
  const dueMs = dueAfter(state, round, worker, shards.length);
  const id = state.nextLeaseId;
  const waits = round.purpose === 'train' && round.isCrowded;
  state.nextLeaseId += 1;
  round.leases.set(id, {
    id,
    rank: worker.rank,
    shards,
    grantedAt: now,
    dueMs,
    isOverdue: false,
    awaited: undefined,
    isClear: !waits,
    waitsSince: undefined,
  });
  const { purpose, step } = round;
  effects.push({ type: 'lease', rank: worker.rank, leaseId: id, purpose, step, shards, waits });
}

/**
 * How long a lease may take: some times what is usual for the worker, or for half of all: who was fast while the others
 * had not begun is not late when all are slow. A new worker has the slowest one's usual, and time to warm up.
 */
function dueAfter(state: CoreState, { purpose, usualMs = 0 }: Round, worker: WorkerState, numShards: number): number {
  const own = worker.shardMs[purpose];
  if (own !== undefined) return Math.max(leaseTimes.least, leaseTimes.factor * Math.max(own, usualMs) * numShards);
  const others = [...state.workers.values()].flatMap(({ shardMs }) => shardMs[purpose] ?? []);
  if (others.length === 0) return leaseTimes.unknown;
  return Math.max(leaseTimes.warmUp, leaseTimes.factor * Math.max(...others) * numShards);
}

/** The lower one of two: of two workers the slow one is no measure for the fast one. */
function medianShardMs({ workers }: CoreState, purpose: Purpose): number | undefined {
  const known = [...workers.values()].flatMap(({ shardMs }) => shardMs[purpose] ?? []).sort((a, b) => a - b);
  return known[(known.length - 1) >> 1];
}

/** How long a worker has had a lease; while it waits to be cleared nobody waits for it. */
export function heldMs({ grantedAt, waitsSince }: Lease, now: number): number {
  return (waitsSince ?? now) - grantedAt;
}

/** Takes a lease back: its answer is no longer wanted. */
export function revokeLease(state: CoreState, round: Round, lease: Lease, now: number, effects: CoreEffect[]): void {
  round.leases.delete(lease.id);
  state.hasFreeShards = true;
  effects.push({ type: 'revoke', rank: lease.rank, leaseId: lease.id });
  // Without this a hung worker would hold up every step anew: its lease would never become overdue twice.
  const worker = state.workers.get(lease.rank);
  if (worker && lease.isOverdue) worker.overdueMs += heldMs(lease, now);
}

/** Closes a lease that is answered, and learns the worker's speed from it. */
export function completeLease(state: CoreState, round: Round, lease: Lease, now: number, effects: CoreEffect[]): void {
  round.leases.delete(lease.id);
  // A shard of it may have to be computed once more, and was held by the lease until now.
  if (round.purpose === 'train' && round.suspects.size > 0) state.hasFreeShards = true;
  effects.push({ type: 'counted', rank: lease.rank, shards: lease.shards.length });
  const worker = state.workers.get(lease.rank);
  if (!worker) return;
  worker.overdueMs = 0;
  const measured = Math.max(0.001, heldMs(lease, now) / lease.shards.length);
  const known = worker.shardMs[round.purpose];
  worker.shardMs[round.purpose] = known === undefined ? measured : 0.8 * known + 0.2 * measured;
}
