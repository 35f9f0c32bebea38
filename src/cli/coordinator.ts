// bridle coordinator: a run whose workers join from elsewhere.
import type { CommandBody } from './command.js';
import { runSession } from './run-session.js';

export const coordinator: CommandBody = (given, around) =>
  runSession(given, around, {
    workers: 0,
    run: async (training, launch) => {
      const { runCoordinator } = await import('../launch/run-coordinator.js');
      return runCoordinator(training, launch);
    },
  });
