// What must hold after every event, whatever came before, and of the disk at the end.
import { shardRange, type TreeNode } from '../../../src/collective/tree.js';
import type { CoreState, Round } from '../../../src/coordinator/core/state.js';
import type { Disk } from './disk.js';

/** Says what is wrong with a state; undefined: nothing. */
export function faultOf(state: CoreState): string | undefined {
  const { round, workers } = state;
  if (!round || state.phase !== 'running') return undefined;
  const leases = [...round.leases.values()];
  const holders = leases.map(({ rank }) => rank);
  const stranger = leases.find(({ rank }) => !workers.has(rank));
  if (stranger) return `lease ${stranger.id} is held by rank ${stranger.rank}, which has gone`;
  if (new Set(holders).size < holders.length) return `a worker holds two leases: ${holders.join(', ')}`;
  const unleased = freeShards(state, round);
  const idle = [...workers.keys()].filter((rank) => !holders.includes(rank));
  if (unleased.length > 0 && idle.length > 0)
    return `shards ${unleased.join(', ')} wait while ranks ${idle.join(', ')} are idle`;
  return undefined;
}

/** Shards that are wanted, in no lease that is in time, and may go to any worker. */
function freeShards(state: CoreState, round: Round): number[] {
  const leased = new Set(
    [...round.leases.values()].filter((lease) => !lease.isOverdue).flatMap(({ shards }) => shards),
  );
  const numShards = round.purpose === 'train' ? state.plan.numShards : state.plan.numEvaluationShards;
  const isDone = (shard: number): boolean =>
    round.purpose === 'train' ? round.coverage.isCovered(shard) || round.suspects.has(shard) : round.scores.has(shard);
  return Array.from({ length: numShards }, (_, shard) => shard).filter((shard) => !isDone(shard) && !leased.has(shard));
}

/** Says which of the wanted shards the nodes hold twice or not at all; undefined: each is summed exactly once. */
export function faultOfSum(
  nodes: readonly TreeNode[],
  wanted: readonly number[],
  numShards: number,
): string | undefined {
  const summed = nodes
    .flatMap((node) => {
      const [first, end] = shardRange(node, numShards);
      return Array.from({ length: end - first }, (_, i) => first + i);
    })
    .sort((a, b) => a - b);
  return summed.join() === wanted.join()
    ? undefined
    : `shards ${summed.join(', ')} are summed, wanted ${wanted.join(', ')}`;
}

/** Says what is wrong with the disk after a run of `steps`; undefined: all steps are there, once each, and the last weights. */
export function faultOfDisk({ records, checkpoint }: Disk, steps: number): string | undefined {
  const gap = records.findIndex((record, index) => record.step !== index + 1);
  if (gap >= 0) return `record ${gap} is of step ${records[gap]?.step}: a gap`;
  if (records.length !== steps) return `${records.length} of ${steps} steps are on disk`;
  return checkpoint.step === steps ? undefined : `the last checkpoint is of step ${checkpoint.step}`;
}
