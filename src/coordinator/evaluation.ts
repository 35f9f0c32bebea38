// The sums of an evaluation, one split at a time, taken along the tree in float64: the same bits whoever computed the shards.
import { reduceTree, rootNode } from '../collective/tree.js';
import type { DataSpec } from '../data/data-spec.js';
import type { EvaluatedEvent } from '../metrics/events.js';
import type { ShardScore } from './core/state.js';
import type { SplitEvaluation } from './run-plan.js';

export type EvaluationScore = Pick<EvaluatedEvent, 'loss' | 'examples' | 'accuracy' | 'natsPerTarget'>;

/** Scores one split from the scores of all shards of an evaluation. */
export function scoreEvaluation(
  { targets }: DataSpec,
  { split, firstShard, shards }: SplitEvaluation,
  allScores: readonly ShardScore[],
): EvaluationScore {
  const scores = allScores
    .map((score) => ({ ...score, shard: score.shard - firstShard }))
    .filter(({ shard }) => shard >= 0 && shard < shards.length);
  const loss = treeSum(scores, (score) => score.loss);
  const count = treeSum(scores, (score) => score.count);
  const mean = count > 0 ? loss / count : NaN;
  const examples = split.size;
  if (targets.kind === 'value') return { loss: mean, examples };
  if (targets.kind === 'keys') return { loss: mean, examples, natsPerTarget: mean };
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
