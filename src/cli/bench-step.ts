// bridle bench step: times whole steps beside PyTorch and stock tfjs on this machine, and prints a table.
import { formatSteps } from '../bench/format-steps.js';
import { runSteps } from '../bench/run-steps.js';
import { parseShape, standardShapes } from '../bench/step-shape.js';
import type { CommandLine } from '../config/parse-command-line.js';
import type { Surroundings } from './command.js';
import { printBench } from './print-bench.js';

const defaultSteps = 30;

export function benchStep({ values }: CommandLine, around: Surroundings): Promise<number> {
  const { backend, warmup, rounds, steps = defaultSteps } = values;
  const shapes = values.shapes?.map(parseShape) ?? standardShapes;
  const given = { shapes, backend, warmup, steps, rounds };
  return printBench(values, around, (watched) => runSteps({ ...given, ...watched }), formatSteps);
}
