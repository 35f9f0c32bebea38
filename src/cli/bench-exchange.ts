// bridle bench exchange: times the exchange of a step beside PyTorch over gloo and raw TCP, and prints a table.
import { runExchange } from '../bench/run-exchange.js';
import { formatExchange } from '../bench/format-exchange.js';
import type { ExchangeShape } from '../bench/time-exchange.js';
import type { CommandLine } from '../config/parse-command-line.js';
import type { Surroundings } from './command.js';
import { printBench } from './print-bench.js';

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

export function benchExchange(line: CommandLine, around: Surroundings): Promise<number> {
  const { warmup, rounds, steps = defaultSteps } = line.values;
  const given = { shapes: exchangeShapes(line), warmup, steps, rounds };
  return printBench(line.values, around, (watched) => runExchange({ ...given, ...watched }), formatExchange);
}
