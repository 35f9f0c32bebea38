// How runs get their workers: what the commands and the library's functions have in common.
import { chooseForModel } from '../backend/available-backends.js';
import type { Launcher } from './ready-run.js';

/** Local processes: bridle train. */
export const localLauncher: Launcher = {
  // Local workers need it; better refused now than by each of them.
  check: (training) => void chooseForModel(training),
  run: async (training, launch) => {
    const { runTraining } = await import('../launch/run-training.js');
    return runTraining(training, launch);
  },
};

/** None of its own, all join from elsewhere: bridle coordinator. */
export const remoteLauncher: Launcher = {
  workers: 0,
  run: async (training, launch) => {
    const { runCoordinator } = await import('../launch/run-coordinator.js');
    return runCoordinator(training, launch);
  },
};
