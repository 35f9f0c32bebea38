// The sums of an evaluation, taken along the tree in float64: the same bits whoever computed the shards.
import { reduceTree, rootNode } from '../collective/tree.js';
import type { Dataset } from '../data/load-dataset.js';
import type { EvaluatedEvent } from '../metrics/events.js';
import type { ShardScore } from './core/state.js';

export type EvaluationScore = Pick<EvaluatedEvent, 'loss' | 'examples' | 'accuracy' | 'natsPerTarget'>;

export function scoreEvaluation(dataset: Dataset, scores: readonly ShardScore[]): EvaluationScore {
  const { targets } = dataset.spec;
  const loss = treeSum(scores, (score) => score.loss);
  const count = treeSum(scores, (score) => score.count);
  const mean = count > 0 ? loss / count : NaN;
  const examples = dataset.test.size;
  if (targets.kind === 'value') return { loss: mean, examples };
  const accuracy = treeSum(scores, (score) => score.correct) / count;
  return targets.per === 'sequence'
    ? { loss: mean, examples, accuracy }
    : { loss: mean, examples, accuracy, natsPerTarget: mean };
}

function treeSum(scores: readonly ShardScore[], value: (score: ShardScore) => number): number {
  const byShard = new Map(scores.map((score) => [score.shard, value(score)]));
  const leaf = (node: { level: number; index: number }): number | undefined =>
    node.level === 0 ? byShard.get(node.index) : undefined;
  return reduceTree(rootNode(scores.length), scores.length, leaf, (left, right) => left + right) ?? 0;
}
