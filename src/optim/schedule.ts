// Learning rate by step: a linear warm-up, then one of PyTorch's schedules; or one cycle (Smith and Topin 2018).
import { cos } from '../random/elementary.js';

export interface ScheduleOptions {
  readonly name: 'constant' | 'cosine' | 'linear' | 'step' | 'one-cycle' | 'plateau';
  /** The rate at the end of the warm-up; the peak of `one-cycle`. */
  readonly learningRate: number;
  /** 0: no warm-up. */
  readonly warmupSteps: number;
  /** Updates in the whole run, warm-up included; `cosine`, `linear` and `one-cycle` end there. */
  readonly totalSteps: number;
  /** Where `cosine` and `linear` end, and the floor of `plateau`. */
  readonly minLearningRate: number;
  /** `step`: updates between two reductions. */
  readonly decaySteps: number;
  /** `step`, `plateau`: what a reduction multiplies by. */
  readonly decayFactor: number;
  /** `plateau`: evaluations without progress that are borne; the next one reduces the rate. */
  readonly patience: number;
}

/** torch.optim.lr_scheduler.OneCycleLR's defaults. */
const oneCycle = { riseShare: 0.3, startDivisor: 25, endDivisor: 1e4 } as const;

/**
 * Gives the learning rate of one update, before what `plateau` has learned. `step` counts the updates before it: 0 for the first.
 * Warm-up: learningRate * (step + 1) / warmupSteps, so that no update has rate 0. What follows counts from its end, and
 * stays where it is from `totalSteps` on. Formulas in docs/numerics.md.
 */
export function learningRateAt(options: ScheduleOptions, step: number): number {
  const { learningRate, warmupSteps, totalSteps, minLearningRate } = options;
  if (options.name === 'one-cycle') return oneCycleAt(learningRate, totalSteps, step);
  if (step < warmupSteps) return (learningRate * (step + 1)) / warmupSteps;
  const progress = step >= totalSteps ? 1 : (step - warmupSteps) / (totalSteps - warmupSteps);
  switch (options.name) {
    case 'constant':
    case 'plateau':
      return learningRate;
    case 'cosine':
      return anneal(learningRate, minLearningRate, progress);
    case 'linear':
      return progress === 1 ? minLearningRate : learningRate + (minLearningRate - learningRate) * progress;
    case 'step':
      return learningRate * power(options.decayFactor, Math.floor((step - warmupSteps) / options.decaySteps));
  }
}

/** Half a cosine from `start` to `end` (Loshchilov and Hutter 2017). */
function anneal(start: number, end: number, progress: number): number {
  return progress === 1 ? end : end + (start - end) * 0.5 * (1 + cos(Math.PI * progress));
}

/** Rises from peak / 25 over 30 % of the run, then falls to peak / 25 / 10^4 at its last update. */
function oneCycleAt(peak: number, totalSteps: number, step: number): number {
  const start = peak / oneCycle.startDivisor;
  const riseEnd = oneCycle.riseShare * totalSteps - 1;
  if (step <= riseEnd) return anneal(start, peak, step / riseEnd);
  const progress = (step - riseEnd) / (totalSteps - 1 - riseEnd);
  return anneal(peak, start / oneCycle.endDivisor, progress > 1 ? 1 : progress);
}

/** base^exponent by squaring: Math.pow's bits follow the engine's version. */
function power(base: number, exponent: number): number {
  let result = 1;
  let square = base;
  for (let rest = exponent; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result *= square;
    square *= square;
  }
  return result;
}
