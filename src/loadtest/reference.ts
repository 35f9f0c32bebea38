// Norm and clip coefficient of every step, once more and apart: all gradients summed in float64, one after the other.
import type { GradientSource } from './gradient-source.js';

export interface StepReference {
  readonly gradNorm: number;
  readonly clipCoefficient: number;
}

/** Computes one step's norm and coefficient; `counts[shard]` targets each, clipping by global norm above `maxNorm`. */
export function referenceOf(
  source: GradientSource,
  parameters: number,
  counts: readonly number[],
  step: number,
  maxNorm: number,
): StepReference {
  const sum = new Float64Array(parameters);
  const gradient = new Float32Array(parameters);
  let targets = 0;
  counts.forEach((count, shard) => {
    if (count === 0) return;
    source.write(gradient, step, shard, count);
    for (let i = 0; i < parameters; i += 1) sum[i] = (sum[i] as number) + (gradient[i] as number);
    targets += count;
  });
  let squares = 0;
  for (const value of sum) squares += (value / targets) * (value / targets);
  const gradNorm = Math.sqrt(squares);
  return { gradNorm, clipCoefficient: gradNorm > maxNorm ? maxNorm / gradNorm : 1 };
}

/** The relative error of a measured value. */
export function relativeError(measured: number, wanted: number): number {
  return measured === wanted ? 0 : Math.abs(measured - wanted) / Math.abs(wanted);
}
