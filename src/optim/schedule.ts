// Learning rate by step: linear warm-up, then constant or cosine (Loshchilov and Hutter 2017, SGDR, without restarts).
import { cos } from '../random/elementary.js';

export interface ScheduleOptions {
  readonly name: 'constant' | 'cosine';
  /** The rate at the end of the warm-up. */
  readonly learningRate: number;
  /** 0: no warm-up. */
  readonly warmupSteps: number;
  /** Updates in the whole run, warm-up included; the cosine ends there. */
  readonly totalSteps: number;
  /** Where the cosine ends; not used by `constant`. */
  readonly minLearningRate: number;
}

/**
 * Gives the learning rate of one update. `step` counts the updates before it: 0 for the first.
 * Warm-up: learningRate * (step + 1) / warmupSteps, so that no update has rate 0. Cosine: PyTorch's CosineAnnealingLR
 * over the steps after it; it reaches `minLearningRate` at `totalSteps` and stays there.
 */
export function learningRateAt(options: ScheduleOptions, step: number): number {
  const { learningRate, warmupSteps, totalSteps, minLearningRate } = options;
  if (step < warmupSteps) return (learningRate * (step + 1)) / warmupSteps;
  if (options.name === 'constant') return learningRate;
  if (step >= totalSteps) return minLearningRate;
  const progress = (step - warmupSteps) / (totalSteps - warmupSteps);
  return minLearningRate + (learningRate - minLearningRate) * 0.5 * (1 + cos(Math.PI * progress));
}
