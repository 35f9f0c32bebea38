// Adaptive gradient clipping, unit by unit: Brock, De, Smith and Simonyan 2021, section 4.1; constants as in optax.
import { globalNorm, scaleInPlace } from '../tensor/flat-vector.js';
import { type Layout, type TensorSpec, viewTensor } from '../tensor/layout.js';
import { afterParts } from './clip-by-norm.js';
import type { Clipped } from './clip-rule.js';

/** Weights smaller than this count as this: units that start at 0 must be able to leave it. */
const leastWeightNorm = 1e-3;

/**
 * Scales each unit's gradient down to `factor` times the norm of its weights. A unit is a row of a matrix ([out, in]: its
 * incoming weights) or a whole vector. The output layer is left alone, as in the paper.
 */
export function clipByUnit(
  grads: Float32Array,
  norm: number,
  params: Float32Array,
  layout: Layout,
  factor: number,
): Clipped {
  let isClipped = false;
  for (const tensor of layout.tensors) {
    if (isOutput(tensor)) continue;
    const gradient = viewTensor(grads, tensor);
    const weights = viewTensor(params, tensor);
    const length = tensor.shape.length < 2 ? tensor.size : tensor.size / (tensor.shape[0] ?? 1);
    for (let start = 0; start < tensor.size; start += length) {
      const unit = gradient.subarray(start, start + length);
      if (clipUnit(unit, weights.subarray(start, start + length), factor)) isClipped = true;
    }
  }
  return isClipped ? afterParts(grads, norm) : { norm, coefficient: 1 };
}

function clipUnit(gradient: Float32Array, weights: Float32Array, factor: number): boolean {
  const limit = factor * Math.max(globalNorm(weights), leastWeightNorm);
  const norm = globalNorm(gradient);
  if (norm <= limit) return false;
  scaleInPlace(gradient, limit / norm);
  return true;
}

function isOutput({ group, name }: TensorSpec): boolean {
  return group === 'output' || name.startsWith('head.');
}
