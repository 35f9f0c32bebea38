// The scores of one split, as a run computes them: the same shards, the same sums along the tree, so the same digits.
import type { ShardScore } from '../coordinator/core/state.js';
import { scoreEvaluation, type EvaluationScore } from '../coordinator/evaluation.js';
import type { RunPlan } from '../coordinator/run-plan.js';
import { assembleShard, type ExampleLocation } from '../data/assemble-shard.js';
import { decodeBlock, type DecodedBlock } from '../data/block.js';
import { evaluationShards } from '../data/dealing.js';
import type { Split } from '../data/dataset.js';
import type { Network } from '../model/network.js';

/** Shards at once, as in a lease. */
const shardsAtOnce = 8;

/** Scores `split` with the parameters that `network` has. */
export function evaluateSplit(network: Network, plan: RunPlan, split: Split): EvaluationScore {
  const { spec } = plan.dataset;
  const shape = plan.shape('evaluate', 0);
  const find = exampleFinder(plan, split);
  const shards = evaluationShards(split.size, shape.rows);
  const scores: ShardScore[] = [];
  for (let first = 0; first < shards.length; first += shardsAtOnce) {
    const group = shards.slice(first, first + shardsAtOnce);
    const results = network.evaluate(group.map((ids) => assembleShard(spec, ids, find, shape)));
    results.forEach(({ loss, count, correct }, i) => scores.push({ shard: first + i, loss, count, correct }));
  }
  return scoreEvaluation(spec, { split, firstShard: 0, shards }, scores);
}

/** Finds examples in blocks; they are asked for in order, so the last block is kept. */
function exampleFinder({ dataset }: RunPlan, split: Split): (id: number) => ExampleLocation {
  let index = -1;
  let block: DecodedBlock | undefined;
  return (id) => {
    const wanted = split.blockOf(id);
    if (!block || wanted !== index) block = decodeBlock(split.blocks[wanted]!.bytes(), dataset.spec);
    index = wanted;
    return { block, row: id - block.first };
  };
}
