// Clipping of the mean gradient: global norm (Pascanu, Mikolov and Bengio 2013, algorithm 1; threshold rule as in optax) or value.
import { NumericalError } from '../errors.js';
import { globalNorm, scaleInPlace } from '../tensor/flat-vector.js';

/** With `value`, `maxNorm` bounds each component's size. */
export type ClipOptions =
  | { readonly name: 'none' }
  | { readonly name: 'global-norm'; readonly maxNorm: number }
  | { readonly name: 'value'; readonly maxNorm: number };

/** L2 norms before and after, and the factor between them (1: the gradient kept its bits). */
export interface ClipResult {
  readonly gradNorm: number;
  readonly clippedNorm: number;
  readonly clipCoefficient: number;
}

/** Clips `grads` in place; at or below the threshold they stay bit-identical. Throws `GRADIENT_NOT_FINITE` before any change. */
export function clipGradients(options: ClipOptions, grads: Float32Array): ClipResult {
  const gradNorm = globalNorm(grads); // float64: no finite float32 gradient overflows it
  // NaN > maxNorm is false: without this line a NaN gradient would reach the weights unclipped.
  if (!Number.isFinite(gradNorm)) {
    throw new NumericalError(
      'GRADIENT_NOT_FINITE',
      `The gradient's norm must be finite, got ${gradNorm}. No update was made. Try a lower --learning-rate or --max-norm.`,
    );
  }
  switch (options.name) {
    case 'none':
      return { gradNorm, clippedNorm: gradNorm, clipCoefficient: 1 };
    case 'global-norm':
      return clipByGlobalNorm(grads, gradNorm, options.maxNorm);
    case 'value':
      return clipByValue(grads, gradNorm, options.maxNorm);
  }
}

function clipByGlobalNorm(grads: Float32Array, gradNorm: number, maxNorm: number): ClipResult {
  if (gradNorm <= maxNorm) return { gradNorm, clippedNorm: gradNorm, clipCoefficient: 1 };
  const clipCoefficient = Math.fround(maxNorm / gradNorm);
  scaleInPlace(grads, clipCoefficient);
  return { gradNorm, clippedNorm: globalNorm(grads), clipCoefficient };
}

function clipByValue(grads: Float32Array, gradNorm: number, maxValue: number): ClipResult {
  const limit = Math.fround(maxValue);
  let isClipped = false;
  for (let i = 0; i < grads.length; i++) {
    const value = grads[i]!;
    if (value >= -limit && value <= limit) continue;
    grads[i] = value > 0 ? limit : -limit;
    isClipped = true;
  }
  if (!isClipped) return { gradNorm, clippedNorm: gradNorm, clipCoefficient: 1 };
  const clippedNorm = globalNorm(grads);
  return { gradNorm, clippedNorm, clipCoefficient: clippedNorm / gradNorm };
}
