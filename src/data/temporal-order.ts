// The temporal order problem (Hochreiter and Schmidhuber 1997, experiment 6a, as in Pascanu, Mikolov and Bengio 2013), generated.
import { ConfigError } from '../errors.js';
import { randomStream } from '../random/random-stream.js';
import { buildDataset, requireExampleFits } from './build-dataset.js';
import type { SplitColumns } from './columns.js';
import type { DataSpec } from './data-spec.js';
import type { Dataset, SplitName } from './dataset.js';

export interface TemporalOrderOptions {
  readonly name: 'temporal-order';
  /** T: steps of a sequence. */
  readonly length: number;
  /** Training examples. */
  readonly examples: number;
  readonly seed: number;
}

const symbols = 2; // A and B, ids 0 and 1
const distractors = 4; // ids 2 to 5
const classes = symbols * symbols; // AA, AB, BA, BB
const testExamples = 2_000;
const maxSteps = 1 << 28; // of all training examples together: 512 MiB in memory

/** Generates the temporal order problem: `examples` to train, 2,000 to test. Throws ConfigError TEMPORAL_ORDER_OPTIONS. */
export function loadTemporalOrder(options: TemporalOrderOptions): Dataset {
  checkOptions(options);
  const spec: DataSpec = {
    name: 'temporal-order',
    inputs: { kind: 'ids', vocabulary: symbols + distractors },
    targets: { kind: 'class', classes, per: 'sequence' },
    maxLength: options.length,
  };
  requireExampleFits(spec, 'train', 0, options.length);
  return buildDataset(spec, generate(options, 'train', options.examples), generate(options, 'test', testExamples), {
    baselines: { test: { name: 'chance', loss: 2 * Math.LN2 } },
  });
}

/** Makes one example: [T] ids, and which of AA, AB, BA, BB they hold. A function of (seed, split, example) alone. */
export function temporalOrderExample(
  { length, seed }: TemporalOrderOptions,
  split: SplitName,
  example: number,
): { inputs: Uint16Array; target: number } {
  const random = randomStream(seed, 'temporal-order', split === 'train' ? 0 : 1, example);
  const inputs = Uint16Array.from({ length }, () => symbols + random.below(distractors));
  const tenths = (from: number): number => {
    const [first, last] = [Math.floor((from * length) / 10), Math.floor(((from + 1) * length) / 10)];
    return first + random.below(last - first + 1);
  };
  const [first, second] = [random.below(symbols), random.below(symbols)];
  inputs[tenths(1)] = first;
  inputs[tenths(4)] = second;
  return { inputs, target: symbols * first + second };
}

function generate(options: TemporalOrderOptions, split: SplitName, count: number): SplitColumns {
  const { length } = options;
  const inputs = new Uint16Array(count * length);
  const targets = new Uint16Array(count);
  for (let example = 0; example < count; example++) {
    const made = temporalOrderExample(options, split, example);
    inputs.set(made.inputs, example * length);
    targets[example] = made.target;
  }
  return { lengths: new Int32Array(count).fill(length), inputs, targets };
}

function checkOptions({ length, examples }: TemporalOrderOptions): void {
  if (!(Number.isSafeInteger(length) && length >= 10)) {
    const message = `The temporal order problem's --data-length must be a whole number of steps from 10, got ${length}.`;
    throw new ConfigError('TEMPORAL_ORDER_OPTIONS', message);
  }
  if (examples >= 1 && examples * length <= maxSteps) return;
  const message = `The temporal order problem's examples times --data-length must be 1 to ${maxSteps}, got ${examples} times ${length}.`;
  throw new ConfigError('TEMPORAL_ORDER_OPTIONS', message);
}
