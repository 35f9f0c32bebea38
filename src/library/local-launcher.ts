// Runs with local workers: what bridle train and the library's train have in common.
import { chooseBackendFor, chooseExecution } from '../backend/available-backends.js';
import type { Launcher } from './ready-run.js';

export const localLauncher: Launcher = {
  // Local workers need it; better refused now than by each of them.
  check: ({ backend, execution, model }) => void chooseExecution(chooseBackendFor(backend, model), execution),
  run: async (training, launch) => {
    const { runTraining } = await import('../launch/run-training.js');
    return runTraining(training, launch);
  },
};
