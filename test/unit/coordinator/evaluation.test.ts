// The score of an evaluation from the sums of its shards.
import { expect, it } from 'vitest';
import { scoreEvaluation } from '../../../src/coordinator/evaluation.js';
import type { DataSpec, TargetSpec } from '../../../src/data/data-spec.js';

const split = { name: 'test', size: 7, lengths: new Int32Array(7), blocks: [], blockOf: () => 0 } as const;
const ids = new Uint32Array(2);
const whole = { split, firstShard: 0, shards: [ids, ids, ids, ids] };
const specOf = (targets: TargetSpec): DataSpec => ({
  name: 'any',
  inputs: { kind: 'dense', dtype: 'f32', features: 1, scale: 1 },
  targets,
  maxLength: 1,
});
const scores = [0.1, 0.2, 0.3, 1e16].map((loss, shard) => ({ shard, loss, count: 2, correct: shard }));
const value = specOf({ kind: 'value', size: 1, per: 'sequence' });

it('sums the losses along the tree, in whatever order they came', () => {
  expect(scoreEvaluation(value, whole, scores)).toEqual({ loss: (0.1 + 0.2 + (0.3 + 1e16)) / 8, examples: 7 });
  expect(scoreEvaluation(value, whole, scores.toReversed())).toEqual(scoreEvaluation(value, whole, scores));
});

it('takes the shards of one split out of an evaluation of two', () => {
  const first = { ...whole, shards: [ids] };
  const second = { ...whole, firstShard: 1, shards: [ids, ids] };
  expect(scoreEvaluation(value, first, scores).loss).toBe(0.1 / 2);
  expect(scoreEvaluation(value, second, scores).loss).toBe((0.2 + 0.3) / 4);
});

it('gives accuracy for classes, and nats a target where there is one a step', () => {
  expect(scoreEvaluation(specOf({ kind: 'class', classes: 3, per: 'sequence' }), whole, scores)).toMatchObject({
    accuracy: 6 / 8,
  });
  const perStep = scoreEvaluation(specOf({ kind: 'class', classes: 3, per: 'step' }), whole, scores);
  expect(perStep.natsPerTarget).toBe(perStep.loss);
  const keys = scoreEvaluation(specOf({ kind: 'keys', size: 3, per: 'step' }), whole, scores);
  expect(keys).toEqual({ loss: keys.loss, examples: 7, natsPerTarget: keys.loss });
});
