// Clipping of the mean gradient: a chain of rules, each on what the one before it left.
import { NumericalError } from '../errors.js';
import { globalNorm } from '../tensor/flat-vector.js';
import { clipByPercentile, clipByZscore } from './clip-adaptively.js';
import { clipByGlobalNorm, clipByLargest, clipByTensorNorm, clipByValue } from './clip-by-norm.js';
import { clipByUnit } from './clip-by-unit.js';
import type { ClipChain, ClipContext, Clipped, ClipRule } from './clip-rule.js';

export type { ClipChain, ClipContext, ClipRule } from './clip-rule.js';

/** L2 norms before and after the chain, and the factor between them (1: the gradient kept its bits). */
export interface ClipResult {
  readonly gradNorm: number;
  readonly clippedNorm: number;
  readonly clipCoefficient: number;
  /** The smallest L2 norm that a rule of the chain would have clipped; absent when no rule looks at that norm. */
  readonly clipThreshold?: number;
}

export function gradientNotFinite(gradNorm: number): NumericalError {
  return new NumericalError(
    'GRADIENT_NOT_FINITE',
    `The gradient's norm must be finite, got ${gradNorm}. No update was made. Try a lower --learning-rate or --max-norm.`,
  );
}

/** A chain that comes to one factor, a float32, which the norm of the gradient alone fixes. */
export interface ClipFactor {
  readonly clipCoefficient: number;
  readonly clipThreshold?: number;
}

/** Gives the factor that the chain comes to for a gradient of this norm; undefined: it takes more than one, or more than the norm. */
export function clipFactor(chain: ClipChain, gradNorm: number): ClipFactor | undefined {
  const [rule, ...others] = chain;
  if (!rule) return { clipCoefficient: 1 };
  if (others.length > 0 || rule.name !== 'global-norm' || rule.order !== 2) return undefined;
  const { maxNorm } = rule;
  return { clipCoefficient: gradNorm <= maxNorm ? 1 : Math.fround(maxNorm / gradNorm), clipThreshold: maxNorm };
}

/**
 * Clips `grads` in place; at or below the thresholds they stay bit-identical. Adaptive rules learn from the norm they see.
 * Throws `GRADIENT_NOT_FINITE` before any change, of the memory too.
 */
export function clipGradients(chain: ClipChain, grads: Float32Array, context: ClipContext): ClipResult {
  const gradNorm = globalNorm(grads); // float64: no finite float32 gradient overflows it
  // NaN > maxNorm is false: without this line a NaN gradient would reach the weights unclipped, and stay in the averages.
  if (!Number.isFinite(gradNorm)) throw gradientNotFinite(gradNorm);
  let norm = gradNorm;
  let clipCoefficient = 1;
  let clipThreshold = Infinity;
  chain.forEach((rule, place) => {
    const clipped = applyRule(rule, grads, norm, context, `clip.${place}.`);
    norm = clipped.norm;
    clipCoefficient *= clipped.coefficient;
    clipThreshold = Math.min(clipThreshold, clipped.threshold ?? Infinity);
  });
  return { gradNorm, clippedNorm: norm, clipCoefficient, ...(clipThreshold < Infinity && { clipThreshold }) };
}

function applyRule(
  rule: ClipRule,
  grads: Float32Array,
  norm: number,
  { params, layout, memory }: ClipContext,
  key: string,
): Clipped {
  switch (rule.name) {
    case 'global-norm':
      return (rule.order === 2 ? clipByGlobalNorm : clipByLargest)(grads, norm, rule.maxNorm);
    case 'value':
      return clipByValue(grads, norm, rule.maxNorm);
    case 'tensor-norm':
      return clipByTensorNorm(grads, norm, layout, rule.maxNorm, rule.order);
    case 'agc':
      return clipByUnit(grads, norm, params, layout, rule.factor);
    case 'percentile':
      return clipByPercentile(grads, norm, memory, key, rule);
    case 'zscore':
      return clipByZscore(grads, norm, memory, key, rule.zThreshold);
  }
}
