// Spikes: a gradient norm far above the running median, and what is done about it (PaLM, Chowdhery and others 2022, section 5.1).
import { percentileOf, remember } from './history.js';
import type { OptimizerState } from './optimizer.js';

/**
 * - `report`: says so. - `cut`: halves the learning rate for good, and takes the step. - `skip`: leaves the step out.
 * - `rollback`: goes back to the last state that was put by, and on with the data that follow.
 */
export type SpikeReaction = 'report' | 'cut' | 'skip' | 'rollback';

export interface SpikeRule {
  readonly reaction: SpikeReaction;
  /** A norm above `factor` times the median of the last `window` norms is a spike. */
  readonly factor: number;
  readonly window: number;
  /** `rollback`: steps from one state that is put by to the next. */
  readonly rollbackEvery: number;
}

export interface Spike {
  readonly gradNorm: number;
  readonly median: number;
  readonly threshold: number;
  readonly reaction: SpikeReaction;
}

/** A median of fewer norms says little: the first steps of a run are large by nature. */
const leastNorms = 20;
/** What `cut` multiplies the learning rate by. */
const cutFactor = 0.5;

/**
 * Looks at the norm of a mean gradient, before clipping. It joins the history whatever it is, so that the median follows a
 * lasting change within half a window; a norm that is not finite is no spike (it stops the step elsewhere) and leaves no trace.
 */
export function findSpike(state: OptimizerState, gradNorm: number, rule: SpikeRule): Spike | undefined {
  if (!Number.isFinite(gradNorm)) return undefined;
  const before = state.histories['spike.norms'] ?? [];
  const isKnown = before.length >= Math.min(leastNorms, rule.window);
  const median = isKnown ? percentileOf(before, 50) : Infinity;
  remember(state, 'spike.norms', gradNorm, rule.window);
  const threshold = rule.factor * median;
  return gradNorm > threshold ? { gradNorm, median, threshold, reaction: rule.reaction } : undefined;
}

/** Cuts the learning rate of this step and all that follow. */
export function cutLearningRate({ scalars }: OptimizerState): void {
  scalars['spike.rateFactor'] = spikeRateFactor(scalars) * cutFactor;
}

/** What the learning rate is multiplied by after the spikes so far. */
export function spikeRateFactor(scalars: OptimizerState['scalars']): number {
  return scalars['spike.rateFactor'] ?? 1;
}
