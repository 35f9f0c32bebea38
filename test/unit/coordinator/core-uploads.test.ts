// Gradients on their way at once: who sends, who waits, and whom waiting may not cost anything.
import { describe, expect, it } from 'vitest';
import { effectsOf, Story } from './core-story.js';
import type { CoreEffect } from '../../../src/coordinator/core/state.js';

type Granted = ReturnType<Story['lease']>;

const cleared = (effects: readonly CoreEffect[]): number[] => effectsOf(effects, 'clearToSend').map(({ rank }) => rank);
const waits = (story: Story): boolean[] => story.of('lease').map((lease) => lease.waits);

/** Four workers with a shard each, of whom so many may send at once; their leases. */
function begin(maxUploads = 2) {
  const story = new Story({ minWorkers: 4, maxUploads });
  story.join(0, 1, 2, 3);
  return { story, leases: [0, 1, 2, 3].map((rank) => story.lease(rank)) };
}

function sendNode(story: Story, { rank, leaseId, step, shards }: Granted): CoreEffect[] {
  return story.send({ type: 'node', rank, leaseId, step, node: { level: 0, index: shards[0] ?? 0 } });
}

describe('uploads', () => {
  it('wait for a place, and the first in tree order gets it', () => {
    const { story, leases } = begin();
    expect(waits(story)).toEqual([true, true, true, true]);
    for (const rank of [3, 0]) expect(cleared(story.report(leases[rank]!))).toEqual([rank]);
    for (const rank of [2, 1]) expect(cleared(story.report(leases[rank]!))).toEqual([]);
    expect(cleared(sendNode(story, leases[3]!))).toEqual([1]);
    expect(cleared(sendNode(story, leases[0]!))).toEqual([2]);
    expect(story.told('worker-lost')).toEqual([]);
  });

  it('do not wait where there are as many places as leases', () => {
    const { story, leases } = begin(4);
    expect(waits(story)).toEqual([false, false, false, false]);
    for (const lease of leases) story.answer(lease);
    expect(story.of('update')).toHaveLength(1);
    expect(story.of('clearToSend')).toEqual([]);
  });

  it('wait where a lease is granted later, and all places may be taken', () => {
    const story = new Story({ minWorkers: 1, maxUploads: 1 });
    story.join(0);
    story.join(1);
    story.pass(70_000);
    expect(waits(story)).toEqual([false, true]);
    expect(cleared(story.report(story.lease(1)))).toEqual([]);
    const effects = story.pass(250);
    expect(effectsOf(effects, 'revoke')).toMatchObject([{ rank: 0 }]);
    expect(cleared(effects)).toEqual([1]);
  });

  it('may come unasked: a worker of protocol 1.2 knows no waiting', () => {
    const { story, leases } = begin(1);
    for (const lease of leases.toReversed()) story.answer(lease);
    expect(story.of('update')).toHaveLength(1);
    expect(story.of('disconnect')).toEqual([]);
  });

  it('may wait longer than any deadline: nobody is lost, stuck or stood in for, or taken for slow', () => {
    const { story, leases } = begin(1);
    story.pass(500);
    for (const lease of leases) story.report(lease);
    for (const lease of leases) {
      story.pass(50_000);
      sendNode(story, lease);
    }
    expect(story.told('worker-lost')).toEqual([]);
    expect(story.of('revoke')).toEqual([]);
    expect(story.of('update')).toHaveLength(1);
    expect([...story.core.workers.values()].map(({ shardMs }) => shardMs.train)).toEqual([
      50_500, 50_500, 50_500, 50_500,
    ]);
  });

  it('end with the lease of a worker that hangs in the middle: its shards are free, and the next may send', () => {
    const { story, leases } = begin(1);
    for (const lease of leases) story.report(lease);
    const effects = story.pass(70_000);
    expect(effectsOf(effects, 'revoke')).toMatchObject([{ rank: 0 }]);
    expect(cleared(effects)[0]).toBe(1);
    expect(story.leased[0]).toEqual([0]); // once more, with less time
  });

  it('of a worker that leaves give their place on', () => {
    const { story, leases } = begin(1);
    for (const lease of leases) story.report(lease);
    expect(cleared(story.leave(0))).toEqual([1]);
    expect(cleared(story.leave(2))).toEqual([]);
  });

  it('of a worker that is silent while it waits are given up, as any worker is', () => {
    const { story, leases } = begin(1);
    for (const lease of leases) story.report(lease);
    story.pass(4000, [2]);
    expect(story.told('worker-lost')).toMatchObject([{ rank: 2 }]);
    expect(cleared(sendNode(story, leases[0]!))).toEqual([1]);
    expect(cleared(sendNode(story, leases[1]!))).toEqual([3]);
  });

  it('that wait when their round ends are not asked for', () => {
    const story = new Story({ minWorkers: 3, maxUploads: 1, numShards: 3, onNonFinite: 'skip' });
    story.join(0, 1, 2);
    const [first, second, third] = [0, 1, 2].map((rank) => story.lease(rank));
    story.report(first!);
    story.report(second!);
    const effects = story.report(third!, { 2: { nonFinite: 'weight' } });
    expect(effectsOf(effects, 'update')).toMatchObject([{ isSkipped: true }]);
    expect(effectsOf(effects, 'revoke').map(({ rank }) => rank)).toEqual([0, 1]);
    expect(cleared(story.effects)).toEqual([0]);
  });
});
