// Lower the learning rate when the evaluation loss stops falling: torch.optim.lr_scheduler.ReduceLROnPlateau, `min`, relative threshold.
import type { OptimizerState } from './optimizer.js';
import type { ScheduleOptions } from './schedule.js';

type Scalars = OptimizerState['scalars'];

/** A loss counts as better when it is below (1 - this) times the best; PyTorch's default. */
const threshold = 1e-4;

type PlateauOptions = Pick<ScheduleOptions, 'learningRate' | 'minLearningRate' | 'decayFactor' | 'patience'>;

/** Takes the loss of one evaluation in; what it learns lies in `scalars`, under `plateau.`. A loss that is not finite is no progress. */
export function watchPlateau(scalars: Scalars, loss: number, options: PlateauOptions): void {
  const { learningRate, minLearningRate, decayFactor, patience } = options;
  const best = scalars['plateau.best'] ?? Infinity;
  const limit = best === Infinity ? Infinity : best * (1 - threshold);
  const isBetter = loss < limit;
  if (isBetter) scalars['plateau.best'] = loss;
  const stalled = isBetter ? 0 : (scalars['plateau.stalled'] ?? 0) + 1;
  scalars['plateau.stalled'] = stalled > patience ? 0 : stalled;
  if (stalled <= patience) return;
  scalars['plateau.factor'] = Math.max(plateauFactor(scalars) * decayFactor, minLearningRate / learningRate);
}

/** What the learning rate is multiplied by after the evaluations so far. */
export function plateauFactor(scalars: Scalars): number {
  return scalars['plateau.factor'] ?? 1;
}
