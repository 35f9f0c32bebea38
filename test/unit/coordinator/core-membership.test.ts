// Workers that are late, silent, stuck or gone, and a coordinator that stood still itself.
import { describe, expect, it } from 'vitest';
import { effectsOf, Story } from './core-story.js';

/** Two workers whose speed is known: 10 ms a shard, so a lease is overdue after 2 s. */
function running(): Story {
  const story = new Story({ minWorkers: 2, totalSteps: 9 });
  story.join(0, 1);
  story.now = 20;
  story.finishStep();
  return story;
}

describe('a worker', () => {
  it('that leaves gives its shards back within the step', () => {
    const story = running();
    const effects = story.leave(1);
    expect(effects[0]).toMatchObject({
      type: 'tell',
      event: { event: 'worker-lost', rank: 1, name: 'w1', workers: 1 },
    });
    story.answer(story.lease(0));
    expect(story.leased).toEqual({ 0: [2, 3] });
  });

  it('that was silent for more than 3 s is lost, and its shards are dealt anew at once', () => {
    const story = running();
    story.answer(story.lease(0));
    expect(effectsOf(story.pass(2750, [1]), 'disconnect')).toEqual([]);
    expect(effectsOf(story.pass(250, [1]), 'disconnect')[0]).toMatchObject({
      rank: 1,
      code: 'HEARTBEAT_LOST',
      isStuck: false,
    });
    expect(story.leased).toEqual({ 0: [2, 3] });
  });

  it('that is overdue shares its shards with others, and the first answer wins', () => {
    const story = running();
    const slow = story.lease(1);
    story.answer(story.lease(0));
    story.pass(2000);
    expect(story.leased).toEqual({ 1: [2, 3] });
    story.pass(250);
    expect(story.leased).toEqual({ 0: [2, 3], 1: [2, 3] });
    const effects = story.answer(slow);
    expect(effectsOf(effects, 'keepNode')).toHaveLength(1);
    expect(effectsOf(effects, 'revoke')).toEqual([{ type: 'revoke', rank: 0, leaseId: expect.any(Number) }]);
    expect(effectsOf(effects, 'update')).toHaveLength(1);
  });

  it('that is overdue twice has its process ended', () => {
    const story = running();
    story.pass(4000);
    expect(story.of('disconnect')).toEqual([]);
    const [disconnect] = effectsOf(story.pass(250), 'disconnect');
    expect(disconnect).toMatchObject({ code: 'STUCK', isStuck: true });
    expect(disconnect?.message).toMatch(/lease \d+ \(shards 0, 1\) overdue twice: 4\.3 s/);
  });

  it('that hangs over several steps is ended too, although others take its shards over each time', () => {
    const story = running();
    for (let round = 0; round < 8 && story.of('disconnect').length === 0; round += 1) {
      story.answer(story.lease(0));
      story.pass(2250);
      if (story.leased[0]) story.answer(story.lease(0));
      if (story.core.phase === 'updating') story.send({ type: 'updated' });
    }
    expect(story.of('disconnect').map(({ rank, code }) => [rank, code])).toEqual([[1, 'STUCK']]);
    expect(story.now).toBeLessThan(7000);
  });

  it('that was slow once and answers again starts anew', () => {
    const story = running();
    story.answer(story.lease(0));
    story.pass(2250);
    story.answer(story.lease(0));
    expect(story.core.workers.get(1)?.overdueMs).toBeGreaterThan(2000);
    story.send({ type: 'updated' });
    story.answer(story.lease(1));
    expect(story.core.workers.get(1)?.overdueMs).toBe(0);
  });

  it('whose speed is unknown has 60 s before it is overdue', () => {
    const story = new Story({ minWorkers: 2 });
    story.join(0, 1);
    story.answer(story.lease(0));
    story.pass(60_000);
    expect(story.leased).toEqual({ 1: [2, 3] });
    story.pass(250);
    expect(story.leased).toEqual({ 0: [2, 3], 1: [2, 3] });
  });
});

describe('a lease when all are slow', () => {
  it('of a worker that was fast before the others had begun is measured by half of all', () => {
    const story = new Story({ minWorkers: 3, numShards: 3 });
    story.join(0, 1, 2);
    story.now = 100;
    story.answer(story.lease(0)); // 100 ms, the other two 6 s
    story.now = 6000;
    story.answer(story.lease(1));
    story.report(story.lease(2), { 2: { nonFinite: 'rnn0.weight_hh' } }); // to be computed once more, by another
    const again = [...(story.core.round?.leases.values() ?? [])].find(({ shards }) => shards[0] === 2);
    expect(again).toMatchObject({ rank: 0, dueMs: 5 * 6000 });
  });

  it('of a fast worker beside one slow one is measured by its own', () => {
    const story = new Story({ minWorkers: 2, numShards: 2 });
    story.join(0, 1);
    story.now = 1000;
    story.answer(story.lease(0));
    story.now = 9000;
    story.answer(story.lease(1));
    story.send({ type: 'updated' });
    const due = [...(story.core.round?.leases.values() ?? [])].map(({ rank, dueMs }) => [rank, dueMs]);
    expect(due).toEqual([
      [0, 5000],
      [1, 45_000],
    ]);
  });
});

describe('a lease whose worker builds a graph first', () => {
  const prepare = (story: Story, rank: number, leaseId: number): void => {
    story.send({ type: 'preparing', rank, leaseId });
  };

  it('has as much more time as a new worker, and no more than one of unknown speed', () => {
    const story = running();
    const { leaseId } = story.lease(1);
    const due = () => story.core.round?.leases.get(leaseId)?.dueMs;
    story.pass(1000);
    prepare(story, 1, leaseId);
    expect(due()).toBe(16_000);
    story.pass(10_000);
    prepare(story, 1, leaseId);
    expect(due()).toBe(26_000);
    for (let i = 0; i < 10; i += 1) {
      story.pass(10_000);
      prepare(story, 1, leaseId);
    }
    expect(due()).toBe(60_000);
  });

  it("is nobody else's, and stays overdue once it is", () => {
    const story = running();
    const { leaseId } = story.lease(1);
    prepare(story, 0, leaseId);
    prepare(story, 1, leaseId + 100);
    story.pass(2250);
    prepare(story, 1, leaseId);
    expect(story.core.round?.leases.get(leaseId)).toMatchObject({ dueMs: 2000, isOverdue: true });
  });
});

describe('a worker that joins a run', () => {
  it('has 15 s before its first answer is overdue, since the others show what is usual', () => {
    const story = running();
    story.join(2);
    story.answer(story.lease(0));
    story.answer(story.lease(1));
    story.send({ type: 'updated' });
    const lease = [...(story.core.round?.leases.values() ?? [])].find(({ rank }) => rank === 2);
    expect(lease?.dueMs).toBe(15_000);
  });
});

describe('a coordinator that stood still', () => {
  it('forgives silence and leases for that time', () => {
    const story = running();
    story.pass(500);
    story.now += 30_000;
    expect(effectsOf(story.send({ type: 'tick' }), 'disconnect')).toEqual([]);
    expect(story.leased).toEqual({ 0: [0, 1], 1: [2, 3] });
    expect(effectsOf(story.pass(1000), 'disconnect')).toEqual([]);
    story.answer(story.lease(0));
    expect(story.leased).toEqual({ 1: [2, 3] });
    // The clock of the lease goes on where it stood.
    story.pass(1000);
    expect(story.leased).toEqual({ 0: [2, 3], 1: [2, 3] });
  });

  it('counts half a second of each second that it comes to itself, where it is too busy to do so more often', () => {
    const story = running();
    for (let second = 1; second <= 5; second += 1) {
      story.now += 1000;
      expect(effectsOf(story.send({ type: 'tick' }), 'disconnect')).toEqual([]);
    }
    story.now += 1500;
    expect(effectsOf(story.send({ type: 'tick' }), 'disconnect')).toHaveLength(0);
    story.now += 1000;
    expect(effectsOf(story.send({ type: 'tick' }), 'disconnect')).toHaveLength(2);
  });

  it('does not forgive a worker that stays silent', () => {
    const story = running();
    story.now += 30_000;
    story.send({ type: 'tick' });
    expect(effectsOf(story.pass(3250, [1]), 'disconnect')).toMatchObject([{ rank: 1, code: 'HEARTBEAT_LOST' }]);
  });
});

describe('a run without workers', () => {
  it('says every 10 s that it waits, and for how long', () => {
    const story = new Story({ minWorkers: 2 });
    story.join(0);
    story.pass(25_000);
    expect(story.told('waiting')).toMatchObject([
      { reason: expect.stringMatching(/^1 of 2 workers are here/), seconds: 10 },
      { seconds: 20 },
    ]);
  });

  it('says so at once when its last worker is lost, and goes on when one comes', () => {
    const story = running();
    story.leave(0);
    story.leave(1);
    story.pass(250);
    expect(story.told('waiting')).toMatchObject([{ reason: expect.stringMatching(/^0 of 1/), seconds: 0 }]);
    story.join(2);
    expect(story.leased).toEqual({ 2: [0, 1, 2, 3] });
    expect(effectsOf(story.answer(story.lease(2)), 'update')[0]).toMatchObject({ step: 1 });
  });
});
