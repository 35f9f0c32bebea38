// The course of a run in the coordinator's core: steps, evaluations, checkpoints, the end.
import { describe, expect, it } from 'vitest';
import { effectsOf, health, purposes, Story } from './core-story.js';

describe('a step', () => {
  it('is dealt to all workers, closed when all shards are in, and followed by the next', () => {
    const story = new Story({ minWorkers: 2 });
    story.join(0, 1);
    expect(story.leased).toEqual({ 0: [0, 1], 1: [2, 3] });
    expect(story.answer(story.lease(1))).toContainEqual({ type: 'counted', rank: 1, shards: 2 });
    const [update] = effectsOf(story.answer(story.lease(0)), 'update');
    expect(update).toEqual({
      type: 'update',
      step: 0,
      isSkipped: false,
      reports: [0, 1, 2, 3].map((shard) => health(shard)),
      ranks: [0, 0, 1, 1],
    });
    expect(story.core.phase).toBe('updating');
    expect(story.leased).toEqual({});
    const next = story.send({ type: 'updated' });
    expect(effectsOf(next, 'sendWeights')).toEqual([]); // leases bring them along
    expect(effectsOf(next, 'lease').map(({ step, shards }) => [step, shards])).toEqual([
      [1, [0, 1]],
      [1, [2, 3]],
    ]);
  });

  it('does not begin before enough workers are here, and goes on with fewer later', () => {
    const story = new Story({ minWorkers: 2 });
    expect(purposes(story.join(0))).toEqual([]);
    expect(purposes(story.join(1))).toEqual(['train', 'train']);
    story.leave(1);
    story.answer(story.lease(0));
    expect(story.leased).toEqual({ 0: [2, 3] });
  });

  it('lets workers beyond the shards stand by, and uses one when another is lost', () => {
    const story = new Story({ numShards: 2, minWorkers: 3 });
    story.join(0, 1, 2);
    expect(story.leased).toEqual({ 0: [0], 1: [1] });
    story.answer(story.lease(0));
    story.answer(story.lease(1));
    const next = story.send({ type: 'updated' });
    expect(purposes(next)).toEqual(['train', 'train']);
    expect(next.at(-1)).toEqual({ type: 'sendWeights', ranks: [2] });
    story.leave(0);
    expect(story.leased).toEqual({ 1: [1], 2: [0] });
  });

  it('lets a worker that joins in the middle stand by until the next step', () => {
    const story = new Story();
    story.join(0);
    expect(story.join(1)).toContainEqual({ type: 'sendWeights', ranks: [1] });
    expect(story.leased).toEqual({ 0: [0, 1, 2, 3] });
    story.finishStep();
    expect(story.leased).toEqual({ 0: [0, 1], 1: [2, 3] });
  });

  it('asks nobody for shards without rows', () => {
    const story = new Story({ targetCount: (_purpose, _step, shard) => (shard % 2 === 0 ? 2 : 0), minWorkers: 2 });
    story.join(0, 1);
    expect(story.leased).toEqual({ 0: [0], 1: [2] });
    story.answer(story.lease(0));
    expect(effectsOf(story.answer(story.lease(1)), 'update')[0]?.reports.map(({ shard }) => shard)).toEqual([0, 2]);
  });

  it('gives fast workers more shards than slow ones', () => {
    const story = new Story({ numShards: 8, minWorkers: 2 });
    story.join(0, 1);
    story.now = 40;
    story.answer(story.lease(0));
    story.now = 400;
    story.answer(story.lease(1));
    story.send({ type: 'updated' });
    expect(story.leased).toEqual({ 0: [0, 1, 2, 3, 4, 5, 6], 1: [7] });
  });
});

describe('answers', () => {
  it('of another step, lease or worker are counted as stale and dropped', () => {
    const story = new Story({ minWorkers: 2 });
    story.join(0, 1);
    const lease = story.lease(0);
    const stale = [
      story.report({ ...lease, step: 1 }),
      story.report({ ...lease, leaseId: 99 }),
      story.report({ ...lease, rank: 1 }),
      story.send({ type: 'node', rank: 0, leaseId: lease.leaseId, step: 7, node: { level: 1, index: 0 } }),
    ];
    expect(story.core.staleAnswers).toBe(4);
    expect(stale.flat().map(({ type }) => type)).toEqual(['dropNode']);
    expect(story.of('disconnect')).toEqual([]);
  });

  it.each([
    ['a shard too few', [health(0)]],
    ['a shard twice', [health(0), health(0)]],
    ['a shard of another', [health(0), health(3)]],
    ['a wrong number of targets', [health(0), health(1, { count: 3 })]],
  ])('with %s cost the worker its connection and change nothing', (_what, reports) => {
    const story = new Story({ minWorkers: 2 });
    story.join(0, 1);
    const effects = story.send({ type: 'reported', rank: 0, leaseId: story.lease(0).leaseId, step: 0, reports });
    expect(effects.map((effect) => effect.type === 'disconnect' && effect.code)).toEqual(['ANSWER_INVALID']);
    expect(story.core.round).toMatchObject({ reports: new Map() });
  });

  it('may not bring a node that was not reported, nor one before the reports', () => {
    const story = new Story({ minWorkers: 2 });
    story.join(0, 1);
    const { rank, leaseId } = story.lease(0);
    const early = story.send({ type: 'node', rank, leaseId, step: 0, node: { level: 1, index: 0 } });
    expect(early.map(({ type }) => type)).toEqual(['dropNode', 'disconnect']);
    story.report(story.lease(0));
    const foreign = story.send({ type: 'node', rank, leaseId, step: 0, node: { level: 1, index: 1 } });
    expect(foreign.map(({ type }) => type)).toEqual(['dropNode', 'disconnect']);
  });

  /** Rank 0 has reported on shards 0 and 1 and is overdue with their gradients: rank 1 computes them too. */
  function hedged(isStrict: boolean): Story {
    const story = new Story({ minWorkers: 2, isStrict });
    story.join(0, 1);
    story.now = 20;
    story.finishStep();
    story.report(story.lease(0));
    story.answer(story.lease(1));
    story.pass(2250);
    return story;
  }

  it('that differ for one shard stop a strict run, and name both workers', () => {
    const story = hedged(true);
    const [fail] = effectsOf(story.report(story.lease(1), { 1: { squaredNorm: 7 } }), 'fail');
    expect(fail?.error).toMatchObject({ code: 'SHARD_MISMATCH' });
    expect(fail?.error.message).toMatch(/shard 1: rank 0 and rank 1/);
    expect(story.core.phase).toBe('ended');
  });

  it('may differ with mixed kernels', () => {
    const story = hedged(false);
    expect(effectsOf(story.answer(story.lease(1), { 1: { squaredNorm: 7 } }), 'update')).toHaveLength(1);
  });

  it('that agree are summed once: the first one counts', () => {
    const story = hedged(true);
    const late = story.lease(0);
    expect(effectsOf(story.answer(story.lease(1)), 'update')).toHaveLength(1);
    const { leaseId } = late;
    const effects = story.send({ type: 'node', rank: 0, leaseId, step: 1, node: { level: 1, index: 0 } });
    expect(effects).toEqual([{ type: 'dropNode', leaseId, node: { level: 1, index: 0 } }]);
  });

  it('that are in already are dropped, while the step still waits for others', () => {
    const story = new Story({ minWorkers: 3 });
    story.join(0, 1, 2);
    story.now = 20;
    story.finishStep();
    expect(story.leased).toEqual({ 0: [0], 1: [1, 2], 2: [3] });
    story.answer(story.lease(1));
    story.pass(2250);
    expect(story.leased[1]).toEqual([0, 3]);
    story.answer(story.lease(0));
    story.report(story.lease(1));
    const { leaseId } = story.lease(1);
    const effects = story.send({ type: 'node', rank: 1, leaseId, step: 1, node: { level: 0, index: 0 } });
    expect(effectsOf(effects, 'keepNode')).toEqual([]);
    expect(effectsOf(effects, 'dropNode')).toEqual([{ type: 'dropNode', leaseId, node: { level: 0, index: 0 } }]);
    expect(story.core.phase).toBe('running');
  });
});

describe('evaluation', () => {
  const evaluating = { totalSteps: 2, evaluateEvery: 2, numEvaluationShards: 10 };

  it('happens once when its step is the last one too', () => {
    const story = new Story(evaluating);
    story.join(0);
    expect(purposes(story.finishStep())).toEqual(['train']);
    expect(purposes(story.finishStep())).toEqual(['evaluate']);
    expect(story.leased).toEqual({ 0: [0, 1, 2, 3, 4, 5, 6, 7] });
    story.score(story.lease(0));
    const end = story.score(story.lease(0));
    expect(effectsOf(end, 'evaluation')[0]).toMatchObject({
      step: 2,
      scores: Array.from({ length: 10 }, (_, shard) => ({ shard })),
    });
    expect(effectsOf(end, 'finish')).toEqual([{ type: 'finish', reason: 'finished' }]);
  });

  it('happens after the last step whatever the cadence', () => {
    const story = new Story({ ...evaluating, evaluateEvery: 0, totalSteps: 1 });
    story.join(0);
    expect(purposes(story.finishStep())).toEqual(['evaluate']);
  });

  it('goes on when a worker is lost in it', () => {
    const story = new Story({ ...evaluating, totalSteps: 1, minWorkers: 2 });
    story.join(0, 1);
    story.finishStep();
    story.score(story.lease(1));
    story.leave(0);
    expect(story.leased).toEqual({ 1: [0, 1, 2, 3, 4, 5, 6, 7] });
    expect(effectsOf(story.score(story.lease(1)), 'evaluation')).toHaveLength(1);
  });

  it('that a worker is late with is shared with others, and the first scores win', () => {
    const story = new Story({ ...evaluating, evaluateEvery: 1, minWorkers: 2, numEvaluationShards: 16 });
    story.join(0, 1);
    story.finishStep();
    for (const rank of [0, 1]) story.score(story.lease(rank)); // now the speed of both is known: a lease is due after 2 s
    story.finishStep();
    const late = story.lease(1);
    story.score(story.lease(0));
    story.pass(2000);
    expect(story.leased).toEqual({ 1: late.shards });
    story.pass(250);
    expect(story.leased).toEqual({ 0: late.shards, 1: late.shards });
    const end = story.score(story.lease(0));
    expect(effectsOf(end, 'evaluation')[0]?.scores).toHaveLength(16);
    expect(effectsOf(end, 'revoke')).toEqual([{ type: 'revoke', rank: 1, leaseId: late.leaseId }]);
    expect(story.score(late)).toEqual([]); // stale: no fault, and nothing counts twice
  });

  it('that a worker never answers costs it its place after twice that time', () => {
    const story = new Story({ ...evaluating, evaluateEvery: 1, minWorkers: 2, numEvaluationShards: 16 });
    story.join(0, 1);
    story.finishStep();
    story.score(story.lease(0));
    expect(story.pass(60_000)).toEqual([]); // nobody had answered one when this lease was granted
    expect(purposes(story.pass(250))).toEqual(['evaluate']);
    const stuck = effectsOf(story.pass(60_000), 'disconnect');
    expect(stuck.map(({ rank, code, isStuck }) => [rank, code, isStuck])).toContainEqual([1, 'STUCK', true]);
  });

  it('comes before the checkpoint of its step, which knows its score', () => {
    const story = new Story({ ...evaluating, totalSteps: 4, saveEvery: 2, numEvaluationShards: 1 });
    story.join(0);
    story.finishStep();
    expect(story.finishStep().some(({ type }) => type === 'save')).toBe(false);
    const order = story.score(story.lease(0)).map(({ type }) => type);
    expect(order.indexOf('evaluation')).toBeLessThan(order.indexOf('save'));
  });

  it('is made up for when a stop came in the middle of it', () => {
    const story = new Story({ ...evaluating, totalSteps: 4 });
    story.join(0);
    story.finishStep();
    story.finishStep();
    expect(effectsOf(story.send({ type: 'stop' }), 'finish')).toEqual([{ type: 'finish', reason: 'stopped' }]);

    const resumed = new Story({ ...evaluating, totalSteps: 4, numEvaluationShards: 1 }, 2, false);
    expect(purposes(resumed.join(0))).toEqual(['evaluate']);
    const order = resumed.score(resumed.lease(0)).map(({ type }) => type);
    expect(order.filter((type) => ['evaluation', 'save', 'lease'].includes(type))).toEqual([
      'evaluation',
      'save',
      'lease',
    ]);
  });

  it('of the last step keeps the run from being finished, and a resume does it alone', () => {
    const story = new Story({ ...evaluating, numEvaluationShards: 1 });
    story.join(0);
    story.finishStep();
    story.finishStep();
    expect(effectsOf(story.send({ type: 'stop' }), 'finish')).toEqual([{ type: 'finish', reason: 'stopped' }]);

    const resumed = new Story({ ...evaluating, numEvaluationShards: 1 }, 2, false);
    expect(purposes(resumed.join(0))).toEqual(['evaluate']);
    const end = resumed.score(resumed.lease(0));
    expect(effectsOf(end, 'evaluation')).toHaveLength(1);
    expect(effectsOf(end, 'finish')).toEqual([{ type: 'finish', reason: 'finished' }]);
  });

  it('is not done again where it was done, nor at the start of a run', () => {
    expect(purposes(new Story({ ...evaluating, totalSteps: 4 }, 2).join(0))).toEqual(['train']);
    expect(purposes(new Story({ ...evaluating, totalSteps: 4 }, 0, false).join(0))).toEqual(['train']);
    expect(purposes(new Story({ ...evaluating, totalSteps: 4 }, 3, false).join(0))).toEqual(['train']);
  });

  it('refuses scores that do not fit the lease', () => {
    const story = new Story({ ...evaluating, totalSteps: 1 });
    story.join(0);
    story.finishStep();
    const { rank, leaseId } = story.lease(0);
    const effects = story.send({
      type: 'scored',
      rank,
      leaseId,
      step: 1,
      scores: [{ shard: 0, loss: 1, count: 99, correct: 0 }],
    });
    expect(effectsOf(effects, 'disconnect')[0]).toMatchObject({ code: 'ANSWER_INVALID' });
  });
});

describe('a stop', () => {
  it('while the run waits ends it at once', () => {
    const story = new Story({ minWorkers: 2 });
    story.join(0);
    expect(story.send({ type: 'stop' })).toEqual([{ type: 'finish', reason: 'stopped' }]);
  });

  it('in the middle of a step lets the step end', () => {
    const story = new Story();
    story.join(0);
    expect(story.send({ type: 'stop' })).toEqual([]);
    expect(effectsOf(story.finishStep(), 'finish')).toEqual([{ type: 'finish', reason: 'stopped' }]);
    expect(story.core.step).toBe(1);
  });

  it('while the update is applied waits for it', () => {
    const story = new Story();
    story.join(0);
    story.answer(story.lease(0));
    expect(story.send({ type: 'stop' })).toEqual([]);
    expect(effectsOf(story.send({ type: 'updated' }), 'finish')).toHaveLength(1);
  });

  it('in an evaluation gives it up, and takes its leases back', () => {
    const story = new Story({ evaluateEvery: 1, numEvaluationShards: 1 });
    story.join(0);
    story.finishStep();
    const { leaseId } = story.lease(0);
    expect(story.send({ type: 'stop' })).toEqual([
      { type: 'revoke', rank: 0, leaseId },
      { type: 'finish', reason: 'stopped' },
    ]);
  });

  it('does not wait for shards that nobody is left to compute', () => {
    const story = new Story();
    story.join(0);
    story.send({ type: 'stop' });
    expect(effectsOf(story.leave(0), 'finish')).toEqual([{ type: 'finish', reason: 'stopped' }]);
    expect(story.core.round).toBeUndefined();
  });
});

it('a run that is resumed at its end finishes without a worker', () => {
  const story = new Story({ totalSteps: 3 }, 3);
  expect(effectsOf(story.send({ type: 'tick' }), 'finish')).toEqual([{ type: 'finish', reason: 'finished' }]);
});

it('checkpoints are taken at their cadence, before the next step begins', () => {
  const story = new Story({ totalSteps: 5, saveEvery: 2 });
  story.join(0);
  story.finishStep();
  const order = story.finishStep().map(({ type }) => type);
  expect(order.indexOf('save')).toBeLessThan(order.indexOf('lease'));
  story.finishStep();
  expect(story.of('save')).toEqual([{ type: 'save', step: 2 }]);
});
