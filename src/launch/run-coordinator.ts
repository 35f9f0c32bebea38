// bridle coordinator: workers join from elsewhere.
import type { TrainingOptions } from '../coordinator/training-options.js';
import type { DoneEvent } from '../metrics/events.js';
import type { LaunchOptions } from './launch-options.js';
import { serveRun } from './serve-run.js';

export function runCoordinator(training: TrainingOptions, launch: LaunchOptions): Promise<DoneEvent> {
  return serveRun(training, launch, () => async () => undefined);
}
