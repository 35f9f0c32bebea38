// Clipping to a fixed limit: the whole gradient, each tensor, or each value. At the limit or below no bit changes (optax's rule).
import { globalNorm, largestMagnitude, scaleInPlace } from '../tensor/flat-vector.js';
import { type Layout, viewTensor } from '../tensor/layout.js';
import type { Clipped, NormOrder } from './clip-rule.js';

/** Scales `vector` so that `norm`, which is its norm of whichever order, comes down to `maxNorm`; returns the factor. */
export function scaleToNorm(vector: Float32Array, norm: number, maxNorm: number): number {
  if (norm <= maxNorm) return 1;
  const coefficient = Math.fround(maxNorm / norm);
  scaleInPlace(vector, coefficient);
  return coefficient;
}

/** Clips the whole gradient, whose L2 norm is `norm`. */
export function clipByGlobalNorm(grads: Float32Array, norm: number, maxNorm: number): Clipped {
  const coefficient = scaleToNorm(grads, norm, maxNorm);
  return { norm: coefficient === 1 ? norm : globalNorm(grads), coefficient, threshold: maxNorm };
}

/** Clips the whole gradient by its largest absolute value: all values are scaled alike, so the direction stays. */
export function clipByLargest(grads: Float32Array, norm: number, maxNorm: number): Clipped {
  const coefficient = scaleToNorm(grads, largestMagnitude(grads), maxNorm);
  return { norm: coefficient === 1 ? norm : globalNorm(grads), coefficient };
}

/** Clips each tensor to its own limit. */
export function clipByTensorNorm(
  grads: Float32Array,
  norm: number,
  layout: Layout,
  maxNorm: number,
  order: NormOrder,
): Clipped {
  const measure = order === 2 ? globalNorm : largestMagnitude;
  let isClipped = false;
  for (const tensor of layout.tensors) {
    const view = viewTensor(grads, tensor);
    if (scaleToNorm(view, measure(view), maxNorm) !== 1) isClipped = true;
  }
  return isClipped ? afterParts(grads, norm) : { norm, coefficient: 1 };
}

/** Clamps each value to ±f(maxValue). */
export function clipByValue(grads: Float32Array, norm: number, maxValue: number): Clipped {
  const limit = Math.fround(maxValue);
  let isClipped = false;
  for (let i = 0; i < grads.length; i++) {
    const value = grads[i]!;
    if (value >= -limit && value <= limit) continue;
    grads[i] = value > 0 ? limit : -limit;
    isClipped = true;
  }
  return isClipped ? afterParts(grads, norm) : { norm, coefficient: 1 };
}

/** Parts have changed by factors of their own: the ratio of the norms stands for them. */
export function afterParts(grads: Float32Array, norm: number): Clipped {
  const clippedNorm = globalNorm(grads);
  return { norm: clippedNorm, coefficient: clippedNorm / norm };
}
