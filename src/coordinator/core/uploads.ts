// Whose gradients may come: a few at a time, the first in tree order first, so that sums can be taken and memory stays small. Who
// has reported waits until it is clear to send (the rendezvous of MPI's large messages).
import { heldMs, revokeLease } from './grants.js';
import type { CoreEffect, CoreState, Lease, TrainRound } from './state.js';

/** Clears as many leases to send as gradients may be on their way at once. */
export function clearUploads({ round, plan }: CoreState, now: number, effects: CoreEffect[]): void {
  if (round?.purpose !== 'train') return;
  let places = plan.maxUploads;
  for (const lease of round.leases.values()) if (lease.isClear) places -= 1;
  for (; places > 0; places -= 1) {
    const lease = firstWaiting(round);
    if (!lease) return;
    lease.grantedAt = now - heldMs(lease, now);
    lease.waitsSince = undefined;
    lease.isClear = true;
    effects.push({ type: 'clearToSend', rank: lease.rank, leaseId: lease.id });
  }
}

/** The first in tree order. */
function firstWaiting({ leases }: TrainRound): Lease | undefined {
  let first: Lease | undefined;
  for (const lease of leases.values())
    if (lease.waitsSince !== undefined && (!first || firstShard(lease) < firstShard(first))) first = lease;
  return first;
}

const firstShard = ({ shards }: Lease): number => shards[0] ?? 0;

/** A worker that hangs in the middle of a gradient must not hold up those that wait: its lease ends when it is overdue. */
export function expireUploads(state: CoreState, now: number, effects: CoreEffect[]): void {
  const { round } = state;
  if (round?.purpose !== 'train' || !firstWaiting(round)) return;
  for (const lease of round.leases.values())
    if (lease.isClear && lease.isOverdue) revokeLease(state, round, lease, now, effects);
}
