// The score of an evaluation from the sums of its shards.
import { expect, it } from 'vitest';
import { scoreEvaluation } from '../../../src/coordinator/evaluation.js';
import type { Dataset } from '../../../src/data/dataset.js';
import type { TargetSpec } from '../../../src/data/data-spec.js';

const split = { name: 'test', size: 7, lengths: new Int32Array(7), blocks: [], blockOf: () => 0 } as const;
const datasetOf = (targets: TargetSpec): Dataset => ({
  spec: { name: 'any', inputs: { kind: 'dense', dtype: 'f32', features: 1, scale: 1 }, targets, maxLength: 1 },
  digest: '',
  train: { ...split, name: 'train' },
  test: split,
});
const scores = [0.1, 0.2, 0.3, 1e16].map((loss, shard) => ({ shard, loss, count: 2, correct: shard }));

it('sums the losses along the tree, in whatever order they came', () => {
  const dataset = datasetOf({ kind: 'value', size: 1, per: 'sequence' });
  expect(scoreEvaluation(dataset, scores)).toEqual({ loss: (0.1 + 0.2 + (0.3 + 1e16)) / 8, examples: 7 });
  expect(scoreEvaluation(dataset, scores.toReversed())).toEqual(scoreEvaluation(dataset, scores));
});

it('gives accuracy for classes, and nats a target where there is one a step', () => {
  expect(scoreEvaluation(datasetOf({ kind: 'class', classes: 3, per: 'sequence' }), scores)).toMatchObject({
    accuracy: 6 / 8,
  });
  const perStep = scoreEvaluation(datasetOf({ kind: 'class', classes: 3, per: 'step' }), scores);
  expect(perStep.natsPerTarget).toBe(perStep.loss);
});
