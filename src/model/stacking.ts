// May shards share one recurrence? Only where each keeps the bits that it has alone: tried at start, on the backend itself.
import type { Tensor2D, Tensor3D } from '@tensorflow/tfjs';
import type { ShardBatch } from '../data/shard-batch.js';
import { layoutOfModel, numGates } from '../params/layout-of-model.js';
import { layerWidth, type ModelSpec } from '../params/model-spec.js';
import { probeTotals } from './example-inputs.js';
import { createNetwork, type Network, type ShardResult } from './network.js';
import { probeValues } from './probe-values.js';
import { probeBatch } from './self-check.js';
import { inScope } from './scope.js';
import { maxStackedShards, rowsOfStack } from './shard-stack.js';
import { eagerRunner, type StepRunner } from './step-runner.js';
import type { Tfjs } from './tfjs.js';

/** Float32 values in the widest vector register (AVX-512). */
const maxLanes = 16;

/** As eager operations cost what they cost to dispatch, any number of shards goes into one recurrence. */
export const eagerStackSizes: readonly number[] = Array.from({ length: maxStackedShards }, (_, index) => index + 1);

/** Graphs cost seconds to make, so few numbers of shards have one. */
export const capturedStackSizes: readonly number[] = [1, 2, 4, 8];

/** How the networks run that are tried. */
export interface TrialOptions {
  readonly stackSizes: readonly number[];
  createRunner(): StepRunner;
}

const eagerTrial: TrialOptions = { stackSizes: eagerStackSizes, createRunner: () => eagerRunner };

/** Every time step runs the same shapes, so a few show what all do. */
const trialSteps = 4;

/**
 * Compares stacks of every size with the same shards alone, bit for bit, on the run's shapes: the network over a few steps,
 * and the products that run over all `steps` at once. False without a trial where a shard's `rows` do not fill whole vectors:
 * exp and tanh of what is left over are computed otherwise.
 */
export function canStackShards(
  tf: Tfjs,
  spec: ModelSpec,
  rows: number,
  steps: number,
  options: TrialOptions = eagerTrial,
): boolean {
  return tryStacking(tf, spec, rows, steps, options)(steps);
}

/**
 * The same for shards of any number of steps, up to `mostSteps`: a library may multiply short shapes in another way than long
 * ones. What is returned tries each length once, when it is asked for the first time.
 */
export function tryStacking(
  tf: Tfjs,
  spec: ModelSpec,
  rows: number,
  mostSteps: number,
  options: TrialOptions = eagerTrial,
): (steps: number) => boolean {
  if ((rows * spec.hiddenSize) % maxLanes !== 0) return () => false;
  if (!networkKeepsBits(tf, spec, probeShards(spec, rows, Math.min(mostSteps, trialSteps)), options))
    return () => false;
  const products = productsOverSteps(spec);
  const known = new Map<number, boolean>();
  const keepsBits = (steps: number): boolean =>
    products.every(([inner, outer]) => productKeepsBits(tf, { rows, steps, inner, outer }, options));
  return (steps) => {
    const isStacked = known.get(steps) ?? keepsBits(steps);
    known.set(steps, isStacked);
    return isStacked;
  };
}

function networkKeepsBits(
  tf: Tfjs,
  spec: ModelSpec,
  shards: readonly ShardBatch[],
  { stackSizes, createRunner }: TrialOptions,
): boolean {
  const single = createNetwork(tf, spec, { stackSizes: [1], runner: createRunner() });
  const stacked = createNetwork(tf, spec, { stackSizes, runner: createRunner() });
  const params = probeValues(1, layoutOfModel(spec).size, 0.25);
  single.setParams(params);
  stacked.setParams(params);
  const totals = probeTotals(spec, shards[0]!.steps, 1);
  const run = (network: Network, of: readonly ShardBatch[]) => runShards(network, params.length, of, totals);
  const isSame = sameBits(
    (of) => run(single, of),
    (of) => run(stacked, of),
    stackSizes,
    shards,
  );
  single.dispose();
  stacked.dispose();
  return isSame;
}

/** [inner, outer] sizes of the products [steps * rows, inner] x [inner, outer]: each layer's inputs, and the way back from it. */
function productsOverSteps(spec: ModelSpec): [number, number][] {
  const gates = numGates(spec.cell) * spec.hiddenSize;
  const products: [number, number][] = [];
  if (spec.inputs === 'dense') products.push([spec.inputSize, gates]); // ids are looked up
  if (spec.embeddingSize !== undefined) products.push([spec.embeddingSize, gates], [gates, spec.embeddingSize]);
  if (spec.layers > 1) products.push([layerWidth(spec), gates], [gates, layerWidth(spec)]);
  return products;
}

const isStack = (size: number): boolean => size > 1;

interface ProductShape {
  readonly rows: number;
  readonly steps: number;
  readonly inner: number;
  readonly outer: number;
}

function productKeepsBits(tf: Tfjs, shape: ProductShape, { stackSizes, createRunner }: TrialOptions): boolean {
  const runner = createRunner();
  const isSame = inScope(tf, () => {
    const inputs = Array.from({ length: maxStackedShards }, (_, shard) => probeInputs(tf, shape, 5 + shard));
    const multiply = (shards: readonly Tensor3D[]) => inScope(tf, () => productOfStack(tf, runner, shape, shards));
    const single = inputs.map((shard) => multiply([shard])[0]!);
    return stackSizes.filter(isStack).every((size) => {
      const stacked = multiply(inputs.slice(0, size));
      return stacked.every((values, shard) => values.every((value, i) => value === single[shard]![i]));
    });
  });
  runner.dispose();
  return isSame;
}

function probeInputs(tf: Tfjs, { rows, steps, inner }: ProductShape, seed: number): Tensor3D {
  return tf.tensor3d(probeValues(seed, steps * rows * inner, 4), [steps, rows, inner]);
}

/** The product of `shards` as one stack, as [steps, rows, outer] of each. */
function productOfStack(tf: Tfjs, runner: StepRunner, shape: ProductShape, shards: readonly Tensor3D[]) {
  const { rows, steps, inner, outer } = shape;
  const stackRows = rowsOfStack(shards.length, rows);
  const inputsOf = (seed: number, parts: readonly Tensor3D[]) => {
    const rest = tf.zeros([steps, stackRows - parts.length * rows, inner]) as Tensor3D;
    const stack = tf.reshape(tf.concat([...parts, rest], 1), [steps * stackRows, inner]) as Tensor2D;
    return { stack, matrix: tf.tensor2d(probeValues(seed, inner * outer, 0.25), [inner, outer]) };
  };
  const step = ({ stack, matrix }: ReturnType<typeof inputsOf>) => ({ product: tf.matMul(stack, matrix) });
  const example = (seed: number) =>
    inputsOf(
      seed,
      shards.map((_, shard) => probeInputs(tf, shape, seed + shard)),
    );
  const { product } = runner.run(`${stackRows}`, step, inputsOf(4, shards), () => [example(20), example(40)]);
  const bySteps = tf.reshape(product, [steps, stackRows, outer]);
  return shards.map((_, i) => tf.slice(bySteps, [0, i * rows, 0], [steps, rows, outer]).dataSync());
}

/** Full, half and short rows in turn, other numbers in each shard. */
function probeShards(spec: ModelSpec, rows: number, steps: number): ShardBatch[] {
  return Array.from({ length: maxStackedShards }, (_, shard) => {
    const lengths = Array.from({ length: rows }, (_, row) => Math.max(1, Math.ceil(steps / (1 + ((row + shard) % 3)))));
    return probeBatch({ spec, steps, lengths }, 2 + 3 * shard);
  });
}

type RunShards = (shards: readonly ShardBatch[]) => Run[];

function sameBits(
  runSingle: RunShards,
  runStacked: RunShards,
  stackSizes: readonly number[],
  shards: readonly ShardBatch[],
): boolean {
  const expected = runSingle(shards);
  return stackSizes.filter(isStack).every((size) => {
    const runs = runStacked(shards.slice(0, size));
    return runs.every((run, shard) => isSameRun(run, expected[shard]!));
  });
}

interface Run {
  readonly result: ShardResult;
  /** Of the gradient, and of the parts in the step's collectives. */
  readonly bits: readonly Uint32Array[];
}

/** Runs a step whose collectives make `totals`. */
function runShards(
  network: Network,
  numParams: number,
  shards: readonly ShardBatch[],
  totals: readonly Float32Array[],
): Run[] {
  const parts = totals.map((_, taken) => {
    network.batchNorm!.setTotals(totals.slice(0, taken));
    return network.batchNorm!.collect(shards);
  });
  network.batchNorm!.setTotals(totals);
  const grads = shards.map(() => new Float32Array(numParams));
  return network.gradients(shards, grads).map((result, shard) => ({
    result,
    bits: [grads[shard]!, ...parts.map((ofShards) => ofShards[shard]!)].map(({ buffer }) => new Uint32Array(buffer)),
  }));
}

function isSameRun(a: Run, b: Run): boolean {
  const isSame = (bits: Uint32Array, others: Uint32Array): boolean => bits.every((bit, i) => bit === others[i]);
  return a.result.loss === b.result.loss && a.bits.every((bits, i) => isSame(bits, b.bits[i]!));
}
