// bridle bench step: times whole steps beside PyTorch and stock tfjs on this machine, and prints a table.
import type { CommandLine } from '../config/parse-command-line.js';
import { parseShape, standardShapes } from '../bench/step-shape.js';
import { exitCodes } from '../errors.js';
import type { Surroundings } from './command.js';
import { formatJsonLine } from './output/json-line.js';
import { createRunOutput } from './output/run-output.js';
import { watchStop } from './watch-stop.js';

const defaultSteps = 30;

export async function benchStep({ values }: CommandLine, around: Surroundings): Promise<number> {
  const { json, quiet, backend, warmup, rounds } = values;
  const shapes = values.shapes?.map(parseShape) ?? standardShapes;
  const output = createRunOutput({ command: 'bench', ...around, json, quiet, logEvery: 0, nowMs: Date.now });
  const stop = watchStop(output, 'ending the bench');
  const { runSteps } = await import('../bench/run-steps.js');
  const { formatSteps } = await import('../bench/format-steps.js');
  try {
    const steps = values.steps ?? defaultSteps;
    const onProgress = quiet ? () => undefined : output.say;
    const result = await runSteps({ shapes, backend, warmup, steps, rounds, signal: stop.signal, onProgress });
    if (json) around.stdout.write(`${formatJsonLine({ ...result })}\n`);
    else around.stdout.write(`${formatSteps(result).join('\n')}\n`);
    return exitCodes.done;
  } catch (error) {
    const code = stop.exitCode();
    if (code === undefined) throw error;
    return code;
  } finally {
    stop.release();
    output.clear();
  }
}
