// What batch normalisation exchanges inside a step: which statistics, in which order, how many values. Shared by both ends.
import { numGates } from './layout-of-model.js';
import { normalisesInputs, numDirections, type ModelSpec } from './model-spec.js';

/** Values that are normalised together: columns of a layer's running averages, and the time step that has them; 0 if all share them. */
interface Site {
  readonly timeStep: number;
  readonly first: number;
  /** Of one direction. */
  readonly size: number;
}

/** A collective of a step: moments on the way up and on in time, then sums of gradients on the way back. */
export interface Collective extends Site {
  readonly layer: number;
  readonly isForward: boolean;
}

/** Lists the statistics of a step over `steps` time steps, whoever makes them, in order. */
export function statisticsOf(spec: ModelSpec, steps: number): Collective[] {
  const sites = sitesOf(spec, steps);
  const forward = Array.from({ length: spec.layers }, (_, layer) =>
    sites.map((site) => ({ ...site, layer, isForward: true })),
  ).flat();
  return [...forward, ...forward.toReversed().map((collective) => ({ ...collective, isForward: false }))];
}

/** Lists those that are exchanged; with `batch-ghost` each shard has its own. */
export function collectivesOf(spec: ModelSpec, steps: number): Collective[] {
  return spec.norm === 'batch-ghost' ? [] : statisticsOf(spec, steps);
}

/**
 * `batch`, `batch-ghost`: the sums W_x x over all steps at once. `batch-step`: at each step W_x x beside W_h h, whose statistics need
 * nothing of each other, then an LSTM's c.
 */
function sitesOf({ norm, cell, hiddenSize }: ModelSpec, steps: number): Site[] {
  const size = numGates(cell) * hiddenSize;
  if (normalisesInputs(norm)) return [{ timeStep: 0, first: 0, size }];
  if (norm !== 'batch-step') return [];
  return Array.from({ length: steps }, (_, timeStep) => {
    const sums = { timeStep, first: 0, size: 2 * size };
    return cell === 'lstm' ? [sums, { timeStep, first: 2 * size, size: hiddenSize }] : [sums];
  }).flat();
}

/** Values of a collective's statistic: both directions one after the other. */
export function widthOf(spec: ModelSpec, { size }: Collective): number {
  return numDirections(spec) * size;
}

/**
 * A shard's part of a collective is `[count | a | b]`, what comes back for all shards `[a | b]`. Forward: means and sums of squares
 * about them, then means and variances. Backward: sums of the gradient and of its product with the normalised values, then their means.
 */
export function partSize(spec: ModelSpec, collective: Collective): number {
  return 1 + 2 * widthOf(spec, collective);
}
