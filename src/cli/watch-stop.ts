// Ctrl-C in a running command: told to the user, the second one ends the process.
import { killLocalWorkers } from '../launch/local-workers.js';
import type { RunOutput } from './output/run-output.js';
import { listenForStop, type StopRequest } from './stop-signals.js';

/** Listens for Ctrl-C and SIGTERM; `plan` says what the first one starts. */
export function watchStop(output: RunOutput, plan: string): StopRequest {
  return listenForStop(
    process,
    (signal) => output.say(`${signal === 'SIGINT' ? 'Ctrl-C' : signal}: ${plan}; once more stops at once`),
    (code) => {
      output.clear();
      killLocalWorkers();
      process.exit(code);
    },
  );
}

/** Runs `act`, which throws when it is stopped; its exit code is that of the stop then. Progress is cleared at the end. */
export async function untilStopped(
  output: RunOutput,
  plan: string,
  act: (signal: AbortSignal) => Promise<number>,
): Promise<number> {
  const stop = watchStop(output, plan);
  try {
    return await act(stop.signal);
  } catch (error) {
    const code = stop.exitCode();
    if (code === undefined) throw error;
    return code;
  } finally {
    stop.release();
    output.clear();
  }
}
