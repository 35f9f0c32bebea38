// Gradients on their way at once: who sends, who waits, and whom waiting may not cost anything.
import { describe, expect, it } from 'vitest';
import { effectsOf, Story } from './core-story.js';
import type { CoreEffect } from '../../../src/coordinator/core/state.js';

const ranks = (effects: readonly CoreEffect[], type: 'pause' | 'resume'): number[] =>
  effects.flatMap((effect) => (effect.type === type && 'rank' in effect ? [effect.rank] : []));

/** Four workers with a shard each, of whom two may send at once; their leases. */
function begin(maxUploads = 2) {
  const story = new Story({ minWorkers: 4, maxUploads });
  story.join(0, 1, 2, 3);
  return { story, leases: [0, 1, 2, 3].map((rank) => story.lease(rank)) };
}

function sendNode(story: Story, { rank, leaseId, step, shards }: ReturnType<Story['lease']>): CoreEffect[] {
  return story.send({ type: 'node', rank, leaseId, step, node: { level: 0, index: shards[0] ?? 0 } });
}

describe('uploads', () => {
  it('wait for a place, and the first in tree order gets it', () => {
    const { story, leases } = begin();
    for (const rank of [3, 0]) expect(ranks(story.report(leases[rank]!), 'pause')).toEqual([]);
    for (const rank of [2, 1]) expect(ranks(story.report(leases[rank]!), 'pause')).toEqual([rank]);
    expect(ranks(sendNode(story, leases[3]!), 'resume')).toEqual([1]);
    expect(ranks(sendNode(story, leases[0]!), 'resume')).toEqual([2]);
    expect(story.told('worker-lost')).toEqual([]);
  });

  it('do not wait where each gradient comes in one piece', () => {
    const story = new Story({ minWorkers: 4 });
    story.join(0, 1, 2, 3);
    for (const rank of [0, 1, 2, 3]) expect(ranks(story.report(story.lease(rank)), 'pause')).toEqual([]);
  });

  it('may wait longer than any deadline: nobody is lost, stuck or stood in for, or taken for slow', () => {
    const { story, leases } = begin(1);
    for (const lease of leases) story.report(lease);
    for (const lease of leases) {
      const waiting = leases.map(({ rank }) => rank).filter((rank) => rank > lease.rank);
      story.pass(50_000, waiting); // nothing is read of those that wait
      sendNode(story, lease);
    }
    expect(story.told('worker-lost')).toEqual([]);
    expect(story.of('revoke')).toEqual([]);
    expect(story.of('update')).toHaveLength(1);
    expect([...story.core.workers.values()].map(({ shardMs }) => shardMs.train)).toEqual([
      50_000, 50_000, 50_000, 50_000,
    ]);
  });

  it('end with the lease of a worker that hangs in the middle: its shards are free, and the next may send', () => {
    const { story, leases } = begin(1);
    for (const lease of leases) story.report(lease);
    const effects = story.pass(70_000, [1, 2, 3]);
    expect(effectsOf(effects, 'revoke')).toMatchObject([{ rank: 0 }]);
    expect(ranks(effects, 'resume')[0]).toBe(1);
    expect(story.leased[0]).toEqual([0]); // once more, with less time
  });

  it('of a worker that leaves give their place on', () => {
    const { story, leases } = begin(1);
    for (const lease of leases) story.report(lease);
    expect(ranks(story.leave(0), 'resume')).toEqual([1]);
    expect(ranks(story.leave(2), 'resume')).toEqual([]);
  });

  it('that wait when their round ends are read again: what is left of them is stale', () => {
    const story = new Story({ minWorkers: 2, maxUploads: 1, numShards: 2, onNonFinite: 'skip' });
    story.join(0, 1);
    const [first, second] = [story.lease(0), story.lease(1)];
    story.report(first);
    expect(ranks(story.report(second), 'pause')).toEqual([1]);
    expect(ranks(story.leave(0), 'resume')).toEqual([1]);
    story.join(2);
    expect(ranks(story.report(story.lease(2), { 0: { nonFinite: 'weight' } }), 'pause')).toEqual([]);
    expect(story.of('update')).toMatchObject([{ isSkipped: true }]);
  });
});
