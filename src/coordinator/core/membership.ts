// Who is there: heartbeats, overdue leases, waiting. Every wait has a deadline, names who is late, and has a next state.
import { heldMs } from './grants.js';
import { leaseTimes, type CoreEffect, type CoreState } from './state.js';

/** What is longer between two ticks was this process's own time, standing still or behind its work, and not the workers'. */
const longestTickMs = 500;

/** Takes a worker and its leases out; its shards are free within the same step. */
export function forget(state: CoreState, rank: number, reason: string, now: number, effects: CoreEffect[]): void {
  const worker = state.workers.get(rank);
  if (!worker) return;
  state.workers.delete(rank);
  state.hasFreeShards = true;
  for (const lease of state.round?.leases.values() ?? []) if (lease.rank === rank) state.round?.leases.delete(lease.id);
  if (state.workers.size === 0) {
    state.waitingSince = now;
    state.lastWaitingNote = now - leaseTimes.waitingEvery;
  }
  effects.push({
    type: 'tell',
    event: { event: 'worker-lost', rank, name: worker.name, reason, workers: state.workers.size },
  });
}

/** Gives up workers that have been silent for too long. */
export function checkWorkers(state: CoreState, now: number, effects: CoreEffect[]): void {
  forgiveOwnStall(state, now);
  for (const worker of [...state.workers.values()]) {
    const silentMs = now - worker.lastHeard;
    if (silentMs <= state.plan.heartbeatTimeoutMs) continue;
    const message = `no heartbeat for ${(silentMs / 1000).toFixed(1)} s`;
    effects.push({ type: 'disconnect', rank: worker.rank, code: 'HEARTBEAT_LOST', message, isStuck: false });
    forget(state, worker.rank, message, now, effects);
  }
}

/** While this process was late, answers and heartbeats waited in its sockets: that time counts against nobody. */
function forgiveOwnStall(state: CoreState, now: number): void {
  const stalledMs = now - state.lastTick - longestTickMs;
  if (stalledMs <= 0) return;
  for (const worker of state.workers.values()) worker.lastHeard = Math.min(now, worker.lastHeard + stalledMs);
  for (const lease of state.round?.leases.values() ?? [])
    if (lease.waitsSince === undefined) lease.grantedAt = Math.min(now, lease.grantedAt + stalledMs);
}

/** A lease that is overdue is given to others too; one overdue twice costs the worker its place. */
export function checkLeases(state: CoreState, now: number, effects: CoreEffect[]): void {
  for (const lease of [...(state.round?.leases.values() ?? [])]) {
    const lateMs = heldMs(lease, now) + (state.workers.get(lease.rank)?.overdueMs ?? 0);
    if (lateMs > 2 * lease.dueMs) {
      const message = `lease ${lease.id} (shards ${lease.shards.join(', ')}) overdue twice: ${(lateMs / 1000).toFixed(1)} s`;
      effects.push({ type: 'disconnect', rank: lease.rank, code: 'STUCK', message, isStuck: true });
      forget(state, lease.rank, message, now, effects);
    } else if (lateMs > lease.dueMs) {
      lease.isOverdue = true;
      state.hasFreeShards = true;
    }
  }
}

/** Gives a lease whose worker has something to build first as much more time as a new worker has, and no more than one of unknown speed. */
export function allowPreparation(
  { round }: CoreState,
  { rank, leaseId }: { readonly rank: number; readonly leaseId: number },
  now: number,
): void {
  const lease = round?.leases.get(leaseId);
  if (lease?.rank !== rank || lease.isOverdue) return;
  lease.dueMs = Math.max(lease.dueMs, Math.min(heldMs(lease, now) + leaseTimes.warmUp, leaseTimes.unknown));
}

/** Says, now and then, that nothing goes on because workers are missing. */
export function noteWaiting(state: CoreState, now: number, effects: CoreEffect[]): void {
  const wanted = state.phase === 'waiting' ? state.plan.minWorkers : 1;
  if (state.workers.size >= wanted || now - state.lastWaitingNote < leaseTimes.waitingEvery) return;
  state.lastWaitingNote = now;
  const reason = `${state.workers.size} of ${wanted} workers are here; bridle worker --join adds some`;
  effects.push({
    type: 'tell',
    event: { event: 'waiting', reason, seconds: Math.round((now - state.waitingSince) / 1000) },
  });
}
