// bridle bench exchange: times the exchange of a step beside PyTorch over gloo and raw TCP, and prints a table.
import { runExchange } from '../bench/run-exchange.js';
import { formatExchange } from '../bench/format-exchange.js';
import type { ExchangeShape } from '../bench/time-exchange.js';
import type { CommandLine } from '../config/parse-command-line.js';
import { exitCodes } from '../errors.js';
import type { Surroundings } from './command.js';
import { formatJsonLine } from './output/json-line.js';
import { createRunOutput } from './output/run-output.js';
import { watchStop } from './watch-stop.js';

const defaultSteps = 20;
const standardWorkers = [2, 4, 8];
const standardFloats = [330_000, 2_500_000, 25_000_000];

/** The rows to measure: those of the standard table, but for what flags fix. */
export function exchangeShapes({ values, sources }: CommandLine): ExchangeShape[] {
  const { workers, params, payload, wire: dtype } = values;
  const numbers = workers === 'auto' ? standardWorkers : [workers];
  const sizes = sources.params.kind === 'default' ? standardFloats : [params];
  const road = payload === 'auto' ? 'shm' : payload;
  return numbers.flatMap((count) => sizes.map((floats) => ({ workers: count, floats, payload: road, dtype })));
}

export async function benchExchange(line: CommandLine, around: Surroundings): Promise<number> {
  const { json, quiet, warmup, rounds, steps = defaultSteps } = line.values;
  const output = createRunOutput({ command: 'bench', ...around, json, quiet, logEvery: 0, nowMs: Date.now });
  const stop = watchStop(output, 'ending the bench');
  try {
    const onProgress = quiet ? () => undefined : output.say;
    const shapes = exchangeShapes(line);
    const result = await runExchange({ shapes, warmup, steps, rounds, signal: stop.signal, onProgress });
    if (json) around.stdout.write(`${formatJsonLine({ ...result })}\n`);
    else around.stdout.write(`${formatExchange(result).join('\n')}\n`);
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
