// Runs with local workers: what bridle train and the library's train have in common.
import { chooseForModel } from '../backend/available-backends.js';
import type { Launcher } from './ready-run.js';

export const localLauncher: Launcher = {
  // Local workers need it; better refused now than by each of them.
  check: (training) => void chooseForModel(training),
  run: async (training, launch) => {
    const { runTraining } = await import('../launch/run-training.js');
    return runTraining(training, launch);
  },
};
