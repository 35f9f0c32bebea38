// The batches of one training step as its workers assemble them: what is kept of a step that spiked or was not finite.
import { assembleShard } from '../data/assemble-shard.js';
import { decodeBlock, type DecodedBlock } from '../data/block.js';
import type { SavedShard } from '../checkpoint/saved-step.js';
import { readFloats } from './batch-statistics.js';
import type { CarriedStates } from './carried-state.js';
import type { RunPlan } from './run-plan.js';

/** Assembles every shard of `step` (counted from 0) that has examples, with the state that it starts in where there is one. */
export function batchesOfStep(plan: RunPlan, step: number, states?: Pick<CarriedStates, 'at'>): SavedShard[] {
  const { spec } = plan.dataset;
  const shape = plan.shape('train', step);
  const decoded = new Map<number, DecodedBlock>();
  return Array.from({ length: plan.core.numShards }, (_, shard): SavedShard => {
    const exampleIds = [...plan.exampleIds('train', step, shard)];
    const split = plan.split('train', shard);
    const find = (id: number): { block: DecodedBlock; row: number } => {
      const index = split.blockOf(id);
      const block = decoded.get(index) ?? decodeBlock((split.blocks[index] ?? missing(id)).bytes(), spec);
      decoded.set(index, block);
      return { block, row: id - block.first };
    };
    const batch = assembleShard(spec, exampleIds, find, shape);
    return { shard, exampleIds, batch: states ? { ...batch, carried: readFloats(states.at(step, shard)) } : batch };
  }).filter(({ exampleIds }) => exampleIds.length > 0);
}

function missing(id: number): never {
  throw new RangeError(`Example ${id} lies in no block.`);
}
