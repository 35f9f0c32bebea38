// The copying memory problem (Arjovsky, Shah and Bengio 2016, section 4.1), generated.
import { ConfigError } from '../errors.js';
import { randomStream } from '../random/random-stream.js';
import { buildDataset, requireExampleFits } from './build-dataset.js';
import type { SplitColumns } from './columns.js';
import type { DataSpec } from './data-spec.js';
import type { Dataset, SplitName } from './dataset.js';

export interface CopyOptions {
  readonly name: 'copy';
  /** T: steps between the last symbol and the first step at which it is wanted again; sequences have T + 20 steps. */
  readonly delay: number;
  /** Training examples. */
  readonly examples: number;
  readonly seed: number;
}

const copied = 10;
const symbols = 8;
const blank = symbols; // also the target wherever nothing is to be copied
const delimiter = symbols + 1;
const testExamples = 1_000;
const maxSteps = 1 << 28; // of all training examples together: 1 GiB in memory

/** Generates the copying problem: `examples` to train, 1,000 to test. Throws ConfigError COPY_OPTIONS. */
export function loadCopy(options: CopyOptions): Dataset {
  const steps = options.delay + 2 * copied;
  if (!(Number.isSafeInteger(options.delay) && options.delay >= 1)) {
    throw new ConfigError(
      'COPY_OPTIONS',
      `The copying problem's --data-length must be a whole number from 1, got ${options.delay}.`,
    );
  }
  if (!(options.examples >= 1 && options.examples * steps <= maxSteps)) {
    throw new ConfigError(
      'COPY_OPTIONS',
      `The copying problem's examples times steps (--data-length and 20) must be 1 to ${maxSteps}, got ${options.examples} times ${steps}.`,
    );
  }
  const spec: DataSpec = {
    name: 'copy',
    inputs: { kind: 'ids', vocabulary: symbols + 2 },
    targets: { kind: 'class', classes: symbols + 1, per: 'step' },
    maxLength: steps,
  };
  requireExampleFits(spec, 'train', 0, steps);
  // Blanks are certain, and without memory each of the ten symbols is one of eight: 10 ln 8 / (T + 20).
  const loss = (copied * 3 * Math.LN2) / steps;
  return buildDataset(spec, generate(options, 'train', options.examples), generate(options, 'test', testExamples), {
    baselines: { test: { name: 'memoryless', loss } },
  });
}

/** Makes one example: [T + 20] inputs and targets. A function of (seed, split, example) alone. */
export function copyExample(
  options: CopyOptions,
  split: SplitName,
  example: number,
): { inputs: Uint16Array; targets: Uint16Array } {
  const steps = options.delay + 2 * copied;
  const random = randomStream(options.seed, 'copy', split === 'train' ? 0 : 1, example);
  const inputs = new Uint16Array(steps).fill(blank);
  const targets = new Uint16Array(steps).fill(blank);
  for (let i = 0; i < copied; i++) inputs[i] = targets[steps - copied + i] = random.below(symbols);
  inputs[steps - copied - 1] = delimiter;
  return { inputs, targets };
}

function generate(options: CopyOptions, split: SplitName, count: number): SplitColumns {
  const steps = options.delay + 2 * copied;
  const inputs = new Uint16Array(count * steps);
  const targets = new Uint16Array(count * steps);
  for (let example = 0; example < count; example++) {
    const made = copyExample(options, split, example);
    inputs.set(made.inputs, example * steps);
    targets.set(made.targets, example * steps);
  }
  return { lengths: new Int32Array(count).fill(steps), inputs, targets };
}
