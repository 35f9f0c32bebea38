// What adaptive rules remember: the last values of a number, oldest first, in the optimizer's state and so in the checkpoint.
import type { OptimizerState } from './optimizer.js';

/** Appends a finite `value` to the history `name`, which keeps its last `window`; returns it. */
export function remember(
  { histories }: Pick<OptimizerState, 'histories'>,
  name: string,
  value: number,
  window: number,
): readonly number[] {
  const history = (histories[name] ??= []);
  history.push(value);
  if (history.length > window) history.shift();
  return history;
}

/** Computes a percentile (0 to 100) with linear interpolation between neighbours, as numpy.percentile does by default. */
export function percentileOf(values: readonly number[], percentile: number): number {
  const sorted = Float64Array.from(values).sort();
  const place = ((sorted.length - 1) * percentile) / 100;
  const index = Math.floor(place);
  const low = sorted[index] ?? 0;
  const high = sorted[index + 1] ?? low;
  return low + (high - low) * (place - index);
}
