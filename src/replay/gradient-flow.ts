// What a gradient does on its way back through time, judged from its norms: exploding, healthy or vanishing, and from where on.
import type { GradientFlow } from '../metrics/diagnosis.js';

/** A gradient a hundred times as large, or as small, as where it began has exploded, or vanished. */
export const flowFactor = 100;

/** Judges norms in the order in which the gradient travels: first the step that the loss is taken at. */
export function judgeFlow(norms: readonly number[]): GradientFlow {
  const logSlope = fitSlope(norms);
  const halfLife = Math.LN2 / Math.abs(logSlope);
  const [start = 0] = norms;
  const index = norms.findIndex((norm) => !(norm <= start * flowFactor && norm >= start / flowFactor));
  if (index < 0) return { state: 'healthy', stepsBack: null, logSlope, halfLife };
  const isSmall = norms[index]! < start;
  return { state: isSmall ? 'vanishing' : 'exploding', stepsBack: index, logSlope, halfLife };
}

/** Least squares of ln(norm) over the index; norms that are 0 or not finite have no logarithm. */
function fitSlope(norms: readonly number[]): number {
  const points = norms.flatMap((norm, at) => (norm > 0 && norm < Infinity ? [[at, Math.log(norm)] as const] : []));
  const mean = (axis: 0 | 1): number => points.reduce((sum, point) => sum + point[axis], 0) / points.length;
  const [meanAt, meanLog] = [mean(0), mean(1)];
  const products = points.reduce((sum, [at, log]) => sum + (at - meanAt) * (log - meanLog), 0);
  return products / points.reduce((sum, [at]) => sum + (at - meanAt) * (at - meanAt), 0);
}
