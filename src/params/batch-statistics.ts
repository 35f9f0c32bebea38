// What batch normalisation exchanges inside a step: which statistics, in which order, how many values. Shared by both ends.
import { numGates } from './layout-of-model.js';
import { numDirections, type ModelSpec } from './model-spec.js';

/** A collective of a step: a layer's moments on the way up, then its gradients' sums on the way down. */
export interface Collective {
  readonly layer: number;
  readonly isForward: boolean;
}

/** Lists a step's collectives in order: forward from the lowest layer, backward from the top; none without batch normalisation. */
export function collectivesOf({ norm, layers }: ModelSpec): Collective[] {
  if (norm !== 'batch') return [];
  const up = Array.from({ length: layers }, (_, layer) => ({ layer, isForward: true }));
  return [...up, ...up.toReversed().map(({ layer }) => ({ layer, isForward: false }))];
}

/** Values of one statistic of a layer: its gates' sums, both directions one after the other. */
export function statisticsWidth(spec: ModelSpec): number {
  return numDirections(spec) * numGates(spec.cell) * spec.hiddenSize;
}

/**
 * A shard's part of a collective is `[count | a | b]`, what comes back for all shards `[a | b]`. Forward: means and sums of squares
 * about them, then means and variances. Backward: sums of dL/dy and of dL/dy times the normalised values, then their means.
 */
export function partSize(spec: ModelSpec): number {
  return 1 + 2 * statisticsWidth(spec);
}
