// bridle train: a coordinator and local workers.
import { chooseBackend } from '../backend/available-backends.js';
import type { CommandBody } from './command.js';
import { runSession } from './run-session.js';

export const train: CommandBody = (given, around) =>
  runSession({
    given,
    around,
    // Local workers need it; better refused now than by each of them.
    check: (training) => void chooseBackend(training.backend),
    run: async (training, launch) => {
      const { runTraining } = await import('../launch/run-training.js');
      return runTraining(training, launch);
    },
  });
