// Whose gradients are read: a few vectors at a time, the first in tree order first, so that sums can be taken and memory stays small.
import { shardRange } from '../../collective/tree.js';
import { revokeLease } from './grants.js';
import type { CoreEffect, CoreState, Lease } from './state.js';

/** Lets as many leases send as vectors may be on their way at once; the sockets of the others rest meanwhile. */
export function admitUploads(state: CoreState, now: number, effects: CoreEffect[]): void {
  const { maxUploads } = state.plan;
  if (maxUploads === undefined) return;
  const owing = leasesOf(state).filter(({ awaited }) => awaited !== undefined && awaited.length > 0);
  const held = owing.filter(({ upload }) => upload !== 'open');
  let places = maxUploads - (owing.length - held.length);
  if (places > 0) held.sort((a, b) => firstShard(state, a) - firstShard(state, b));
  for (const lease of held) {
    if (places > 0) {
      places -= 1;
      if (lease.upload === 'waiting') resume(state, lease, now, effects);
      lease.upload = 'open';
    } else if (lease.upload === 'none') {
      lease.upload = 'waiting';
      lease.waitsSince = now;
      effects.push({ type: 'pause', rank: lease.rank });
    }
  }
}

function leasesOf({ round }: CoreState): Lease[] {
  return round?.purpose === 'train' ? [...round.leases.values()] : [];
}

function firstShard({ plan }: CoreState, { awaited }: Lease): number {
  return awaited?.[0] ? shardRange(awaited[0], plan.numShards)[0] : 0;
}

function resume(state: CoreState, lease: Lease, now: number, effects: CoreEffect[]): void {
  forgive(state, lease, now);
  effects.push({ type: 'resume', rank: lease.rank });
}

/** Nobody reads what a worker says while its socket rests: that time is neither silence nor lateness. */
function forgive({ workers }: CoreState, lease: Lease, now: number): void {
  const worker = workers.get(lease.rank);
  if (worker) worker.lastHeard = now;
  lease.grantedAt = Math.min(now, lease.grantedAt + now - lease.waitsSince);
  lease.waitsSince = now;
}

/** To be called before anybody is held to a deadline. */
export function forgiveWaiting(state: CoreState, now: number): void {
  for (const lease of leasesOf(state)) if (lease.upload === 'waiting') forgive(state, lease, now);
}

/** A worker that hangs in the middle of a vector must not hold up those that wait: its lease ends when it is overdue. */
export function expireUploads(state: CoreState, now: number, effects: CoreEffect[]): void {
  const { round } = state;
  const leases = leasesOf(state);
  if (!round || !leases.some(({ upload }) => upload === 'waiting')) return;
  for (const lease of leases)
    if (lease.upload === 'open' && lease.isOverdue) revokeLease(state, round, lease, now, effects);
}
