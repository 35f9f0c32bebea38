// Gradients that are not finite, by policy.
import { describe, expect, it } from 'vitest';
import { effectsOf, Story } from './core-story.js';

const flaw = { 1: { nonFinite: 'rnn.weight_hh_l0', squaredNorm: Infinity } };

function started(onNonFinite: 'recompute' | 'exclude' | 'skip' | 'stop', workers: number): Story {
  const story = new Story({ onNonFinite, minWorkers: workers });
  story.join(...Array.from({ length: workers }, (_, rank) => rank));
  return story;
}

describe('--on-nonfinite recompute', () => {
  it('has another worker compute the shard once more, and goes on when that is finite', () => {
    const story = started('recompute', 2);
    story.answer(story.lease(0), flaw);
    expect(story.told('non-finite')).toEqual([
      {
        event: 'non-finite',
        step: 0,
        rank: 0,
        shard: 1,
        layer: 'rnn.weight_hh_l0',
        exampleIds: [10, 11],
        reaction: 'recompute',
      },
    ]);
    // The accuser is idle and must not get it: the other one is busy still.
    expect(story.leased).toEqual({ 1: [2, 3] });
    story.answer(story.lease(1));
    expect(story.leased).toEqual({ 1: [1] });
    expect(effectsOf(story.answer(story.lease(1)), 'update')[0]?.reports.map(({ shard }) => shard)).toEqual([
      0, 1, 2, 3,
    ]);
  });

  it('stops when the second worker says the same, and names workers, shard, examples and layer', () => {
    const story = started('recompute', 2);
    story.answer(story.lease(0), flaw);
    story.answer(story.lease(1));
    const [fail] = effectsOf(story.answer(story.lease(1), flaw), 'fail');
    expect(fail?.error).toMatchObject({ code: 'GRADIENT_NOT_FINITE', exitCode: 4 });
    expect(fail?.error.message).toMatch(
      /Step 0, shard 1 \(example ids 10, 11\): the gradient of rnn\.weight_hh_l0 is not finite, say the workers of rank 0 and 1/,
    );
    expect(story.of('update')).toEqual([]);
  });

  it('asks the same worker again when there is no other', () => {
    const story = started('recompute', 1);
    story.answer(story.lease(0), flaw);
    expect(story.leased).toEqual({ 0: [1] });
    const [fail] = effectsOf(story.answer(story.lease(0), flaw), 'fail');
    expect(fail?.error.message).toMatch(/say the worker of rank 0, twice/);
  });

  it('asks the same worker again when the other one is lost meanwhile', () => {
    const story = started('recompute', 2);
    story.answer(story.lease(0), flaw);
    story.leave(1);
    expect(story.leased[0]).toEqual([1]);
  });

  it('counts a loss that is not finite as a flaw of the loss', () => {
    const story = started('recompute', 1);
    story.report(story.lease(0), { 2: { loss: NaN } });
    expect(story.told('non-finite')).toMatchObject([{ shard: 2, layer: 'loss' }]);
  });
});

describe('--on-nonfinite exclude', () => {
  it('leaves the shard out and sums the others', () => {
    const story = started('exclude', 1);
    const effects = story.answer(story.lease(0), flaw);
    expect(effectsOf(effects, 'update')[0]).toMatchObject({
      isSkipped: false,
      reports: [{ shard: 0 }, { shard: 2 }, { shard: 3 }],
    });
    expect(effectsOf(effects, 'keepNode').map(({ node }) => node)).toEqual([
      { level: 0, index: 0 },
      { level: 1, index: 1 },
    ]);
  });

  it('does not let the shard in through another worker that found it finite', () => {
    const story = started('exclude', 2);
    story.now = 20;
    story.finishStep();
    const hedged = story.lease(0);
    story.answer(story.lease(1));
    story.pass(2250);
    expect(story.leased[1]).toEqual([0, 1]);
    story.report(hedged);
    const effects = story.report(story.lease(1), flaw);
    expect(effectsOf(effects, 'revoke')).toEqual([{ type: 'revoke', rank: 0, leaseId: hedged.leaseId }]);
    const late = story.send({ type: 'node', rank: 0, leaseId: hedged.leaseId, step: 1, node: { level: 1, index: 0 } });
    expect(late.map(({ type }) => type)).toEqual(['dropNode']);
    const { leaseId } = story.lease(1);
    const end = story.send({ type: 'node', rank: 1, leaseId, step: 1, node: { level: 0, index: 0 } });
    expect(effectsOf(end, 'update')[0]?.reports.map(({ shard }) => shard)).toEqual([0, 2, 3]);
  });

  it('makes an empty update when every shard is left out', () => {
    const story = started('exclude', 1);
    const all = Object.fromEntries([0, 1, 2, 3].map((shard) => [shard, { nonFinite: 'bias' }]));
    expect(effectsOf(story.answer(story.lease(0), all), 'update')[0]).toMatchObject({ reports: [], isSkipped: false });
  });
});

it('--on-nonfinite skip leaves the whole update out, whoever had answered', () => {
  const story = started('skip', 2);
  story.answer(story.lease(1));
  const effects = story.answer(story.lease(0), flaw);
  expect(effectsOf(effects, 'update')).toEqual([{ type: 'update', step: 0, reports: [], ranks: [], isSkipped: true }]);
});

it('--on-nonfinite stop stops at the first flaw', () => {
  const story = started('stop', 2);
  const [fail] = effectsOf(story.answer(story.lease(0), flaw), 'fail');
  expect(fail?.error.message).toMatch(/is not finite, say the worker of rank 0\. The weights are unharmed/);
});
