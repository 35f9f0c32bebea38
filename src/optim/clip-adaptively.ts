// Clipping whose threshold follows the norms seen: AutoClip (Seetharaman and others 2020) and ZClip (Kumar and others 2025).
import { clipByGlobalNorm } from './clip-by-norm.js';
import type { ClipContext, Clipped } from './clip-rule.js';
import { percentileOf, remember } from './history.js';

type Memory = ClipContext['memory'];

/** ZClip's constants, as its authors' code has them: weight of the old average, steps before it acts. */
const zscore = { alpha: 0.97, warmupSteps: 25, epsilon: 1e-6 } as const;

/**
 * AutoClip: the threshold is a percentile of the norms of the last `window` steps, this one included. The paper keeps all
 * of them for ever; a window bounds the memory.
 */
export function clipByPercentile(
  grads: Float32Array,
  norm: number,
  memory: Memory,
  key: string,
  { percentile, window }: { readonly percentile: number; readonly window: number },
): Clipped {
  const norms = remember(memory, `${key}norms`, norm, window);
  return clipByGlobalNorm(grads, norm, percentileOf(norms, percentile));
}

/**
 * ZClip, one-sided, adaptive scaling: a norm whose z-score is above the threshold comes down to mean + zThreshold^2 deviation / z,
 * so a larger spike to a smaller norm. The averages take the clipped norm in; in the warm-up nothing is clipped.
 */
export function clipByZscore(
  grads: Float32Array,
  norm: number,
  memory: Memory,
  key: string,
  zThreshold: number,
): Clipped {
  const { scalars } = memory;
  const mean = scalars[`${key}mean`];
  const variance = scalars[`${key}variance`];
  if (mean === undefined || variance === undefined) {
    warmUp(memory, key, norm);
    return { norm, coefficient: 1 };
  }
  const deviation = Math.sqrt(variance);
  const z = (norm - mean) / (deviation + zscore.epsilon);
  const target = z > zThreshold ? mean + (zThreshold * zThreshold * deviation) / z : norm;
  const nextMean = zscore.alpha * mean + (1 - zscore.alpha) * target;
  const distance = target - nextMean;
  scalars[`${key}mean`] = nextMean;
  scalars[`${key}variance`] = zscore.alpha * variance + (1 - zscore.alpha) * (distance * distance);
  const threshold = mean + zThreshold * (deviation + zscore.epsilon);
  return { ...clipByGlobalNorm(grads, norm, target), threshold };
}

/** The first norms give the first mean and the population variance. */
function warmUp(memory: Memory, key: string, norm: number): void {
  const norms = remember(memory, `${key}norms`, norm, zscore.warmupSteps);
  if (norms.length < zscore.warmupSteps) return;
  const mean = norms.reduce((sum, value) => sum + value, 0) / norms.length;
  memory.scalars[`${key}mean`] = mean;
  memory.scalars[`${key}variance`] =
    norms.reduce((sum, value) => sum + (value - mean) * (value - mean), 0) / norms.length;
  delete memory.histories[`${key}norms`];
}
