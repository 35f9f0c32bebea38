// What bench step and bench exchange share: Ctrl-C ends them, and the result is a table or one JSON object.
import { exitCodes } from '../errors.js';
import type { Surroundings } from './command.js';
import { formatJsonLine } from './output/json-line.js';
import { createRunOutput } from './output/run-output.js';
import { untilStopped } from './watch-stop.js';

export interface Watched {
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  readonly onProgress: (text: string) => void;
}

/** Measures, prints, and returns the exit code. */
export async function printBench<Result extends object>(
  { json, quiet }: { readonly json: boolean; readonly quiet: boolean },
  around: Surroundings,
  measure: (watched: Watched) => Promise<Result>,
  format: (result: Result) => readonly string[],
): Promise<number> {
  const output = createRunOutput({ command: 'bench', ...around, json, quiet, logEvery: 0, nowMs: Date.now });
  return untilStopped(output, 'ending the bench', async (signal) => {
    const result = await measure({ signal, onProgress: quiet ? () => undefined : output.say });
    around.stdout.write(
      json ? `${formatJsonLine(result as Readonly<Record<string, unknown>>)}\n` : `${format(result).join('\n')}\n`,
    );
    return exitCodes.done;
  });
}
