// The adding problem (Hochreiter and Schmidhuber 1997, experiment 4, as in Le, Jaitly and Hinton 2015), generated.
import { ConfigError } from '../errors.js';
import { randomStream } from '../random/random-stream.js';
import { buildDataset, requireExampleFits } from './build-dataset.js';
import type { SplitColumns } from './columns.js';
import type { DataSpec } from './data-spec.js';
import type { Dataset, SplitName } from './dataset.js';

export interface AddingOptions {
  readonly name: 'adding';
  /** Steps of a sequence, or of the longest one when `minLength` is given. */
  readonly length: number;
  /** Steps of the shortest sequence; lengths are then uniform from `minLength` to `length`. */
  readonly minLength?: number;
  /** Training examples. */
  readonly examples: number;
  readonly seed: number;
}

const testExamples = 2_000;
const maxSteps = 1 << 27; // of all training examples together: 1 GiB of inputs in memory

/** Generates the adding problem: `examples` to train, 2,000 to test. Throws ConfigError ADDING_OPTIONS. */
export function loadAdding(options: AddingOptions): Dataset {
  checkOptions(options);
  const spec: DataSpec = {
    name: 'adding',
    inputs: { kind: 'dense', dtype: 'f32', features: 2, scale: 1 },
    targets: { kind: 'value', size: 1, per: 'sequence' },
    maxLength: options.length,
  };
  requireExampleFits(spec, 'train', 0, options.length); // before anything of that size is allocated
  return buildDataset(spec, generate(options, 'train', options.examples), generate(options, 'test', testExamples), {
    baselines: { test: { name: 'always 1', loss: 1 / 6 } },
  });
}

/** Makes one example: [length, 2] values and markers, and their target. A function of (seed, split, example) alone. */
export function addingExample(
  options: AddingOptions,
  split: SplitName,
  example: number,
): { inputs: Float32Array; target: number } {
  const random = randomStream(options.seed, 'adding', split === 'train' ? 0 : 1, example);
  const shortest = options.minLength ?? options.length;
  const length = shortest + random.below(options.length - shortest + 1);
  const half = Math.floor(length / 2);
  const marked = [random.below(half), half + random.below(length - half)] as const;
  const inputs = new Float32Array(length * 2);
  // 24 bits: exact in float32 and below 1, where a rounded float64 could become 1.
  for (let step = 0; step < length; step++) inputs[2 * step] = (random.uint32() >>> 8) / 0x100_0000;
  for (const step of marked) inputs[2 * step + 1] = 1;
  return { inputs, target: Math.fround(inputs[2 * marked[0]]! + inputs[2 * marked[1]]!) };
}

function generate(options: AddingOptions, split: SplitName, count: number): SplitColumns {
  const lengths = new Int32Array(count);
  const targets = new Float32Array(count);
  const inputs = new Float32Array(count * options.length * 2);
  let filled = 0;
  for (let example = 0; example < count; example++) {
    const made = addingExample(options, split, example);
    inputs.set(made.inputs, filled);
    filled += made.inputs.length;
    lengths[example] = made.inputs.length / 2;
    targets[example] = made.target;
  }
  return { lengths, inputs: inputs.subarray(0, filled), targets };
}

function checkOptions({ length, minLength = length, examples, seed }: AddingOptions): void {
  demand(isWhole(length, 2), '--data-length', 'a whole number of steps from 2', length);
  const isShortest = isWhole(minLength, 2) && minLength <= length;
  demand(isShortest, '--data-min-length', `a whole number of steps from 2 to ${length}`, minLength);
  demand(isWhole(examples, 1), 'number of training examples', 'a whole number from 1', examples);
  demand(examples * length <= maxSteps, 'examples times --data-length', `at most ${maxSteps}`, examples * length);
  demand(isWhole(seed, 0), 'seed', 'a whole number from 0', seed);
}

function demand(isMet: boolean, field: string, wanted: string, got: number): void {
  if (isMet) return;
  throw new ConfigError('ADDING_OPTIONS', `The adding problem's ${field} must be ${wanted}, got ${got}.`);
}

function isWhole(value: number, least: number): boolean {
  return Number.isSafeInteger(value) && value >= least;
}
