// What every backend must show of the built-in models: one suite, run on each.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { BackendName } from '../../src/backend/backend.js';
import type { ShardBatch } from '../../src/data/shard-batch.js';
import { createNetwork, type Network } from '../../src/model/network.js';
import { probeValues } from '../../src/model/probe-values.js';
import {
  checkBackend,
  type GradientCase,
  gradientErrors,
  type NetworkFactory,
  probeBatch,
  relativeError,
} from '../../src/model/self-check.js';
import { canStackShards, eagerStackSizes, tryStacking } from '../../src/model/stacking.js';
import { eagerRunner, type StepRunner } from '../../src/model/step-runner.js';
import type { Tfjs } from '../../src/model/tfjs.js';
import { clipByGlobalNorm } from '../../src/optim/clip-by-norm.js';
import { createOptimizer } from '../../src/optim/create-optimizer.js';
import { lossOfOutputs } from '../unit/model/loss-of-outputs.js';
import { layoutOfModel } from '../../src/params/layout-of-model.js';
import { carriedSize, type ModelSpec } from '../../src/params/model-spec.js';
import { globalNorm, meanInto } from '../../src/tensor/flat-vector.js';
import { viewTensor } from '../../src/tensor/layout.js';

const oracles = ['gradients', 'layers'].flatMap(
  (name) =>
    JSON.parse(readFileSync(new URL(`../fixtures/model/${name}.json`, import.meta.url), 'utf8')) as GradientCase[],
);

/** Rows start in a state by formula; `ended` is where they end. */
interface CarriedCase extends GradientCase {
  readonly ended: readonly number[];
}

const carriedCases = JSON.parse(
  readFileSync(new URL('../fixtures/model/carried.json', import.meta.url), 'utf8'),
) as CarriedCase[];

interface TrainingCase {
  readonly name: 'adam' | 'adamw' | 'sgd';
  readonly spec: ModelSpec;
  readonly steps: number;
  readonly lengths: readonly number[];
  readonly maxNorm: number;
  readonly losses: readonly number[];
  readonly norms: readonly number[];
  readonly params: readonly number[];
}

const trainings = JSON.parse(
  readFileSync(new URL('../fixtures/model/training.json', import.meta.url), 'utf8'),
) as TrainingCase[];

const digits: ModelSpec = {
  cell: 'lstm',
  layers: 1,
  inputs: 'dense',
  inputSize: 28,
  hiddenSize: 128,
  outputSize: 10,
  loss: 'softmax',
  targetsPer: 'sequence',
};

export function describeModels(name: BackendName, load: () => Promise<NetworkFactory>, how = ''): void {
  describe(`built-in models on ${name}${how}`, () => {
    let create: NetworkFactory;
    beforeAll(async () => {
      create = await load();
    });

    it.each(oracles.map((oracle) => ({ oracle, title: titleOf(oracle.spec) })))(
      'has the gradients of float64 PyTorch: $title',
      ({ oracle }) => {
        const errors = gradientErrors(create, oracle);
        for (const [tensor, error] of Object.entries(errors)) expect(error, tensor).toBeLessThan(1e-5);
      },
    );

    it.each(oracles.map((oracle) => ({ oracle, title: titleOf(oracle.spec) })))(
      'gives the outputs that its loss is made of: $title',
      ({ oracle }) => {
        const network = create(oracle.spec);
        network.setParams(probeValues(oracle.seed, layoutOfModel(oracle.spec).size, oracle.scale));
        // Few steps: no oracle fixes their number here, and a graph is as large as they are many.
        const steps = 6;
        const lengths = oracle.lengths.map((length) => Math.ceil((length * steps) / oracle.steps));
        const shard = probeBatch({ spec: oracle.spec, steps, lengths }, oracle.seed + 1);
        const { outputs } = network.predict(shard);
        const [scored] = network.evaluate([shard]); // without dropout
        expect(relativeError([lossOfOutputs(oracle.spec, outputs, shard)], [scored!.loss])).toBeLessThan(1e-5);
        network.dispose();
      },
    );

    it.each(carriedCases)(
      'starts from a carried state as PyTorch does, alone and beside another: $spec.cell',
      (oracle) => {
        const { spec, seed, steps, lengths } = oracle;
        const { size, tensors } = layoutOfModel(spec);
        const carried = probeValues(seed + 3, carriedSize(spec, lengths.length), 1);
        const shard = { ...probeBatch({ spec, steps, lengths }, seed + 1), carried };
        const network = create(spec);
        network.setParams(probeValues(seed, size, oracle.scale));
        const grads = [new Float32Array(size), new Float32Array(size)];
        const other = { ...shard, carried: carried.map((value) => -value) };
        const [result] = network.gradients([shard, other], grads);
        const alone = new Float32Array(size);
        expect(network.gradients([shard], [alone])).toEqual([result]);
        expect(alone).toEqual(grads[0]);
        expect(grads[1]).not.toEqual(alone);
        expect(relativeError([result!.loss], [oracle.loss])).toBeLessThan(1e-5);
        for (const tensor of tensors) {
          const wanted = oracle.gradients[tensor.name] ?? [];
          expect(relativeError(viewTensor(alone, tensor), wanted), tensor.name).toBeLessThan(1e-5);
        }
        expect(relativeError(result!.carried!, oracle.ended)).toBeLessThan(1e-5);
        expect(network.predict(shard).carried).toEqual(result!.carried);
        expect(carried).toEqual(probeValues(seed + 3, carried.length, 1)); // the caller's is left alone
        network.dispose();
      },
    );

    it.each(trainings)('trains ten whole steps, clip included, as PyTorch does: $name', (oracle) => {
      const { losses, norms, params } = trainTenSteps(create, oracle);
      expect(relativeError(losses, oracle.losses)).toBeLessThan(1e-5);
      expect(relativeError(norms, oracle.norms)).toBeLessThan(1e-5);
      expect(norms.some((norm) => norm > oracle.maxNorm)).toBe(true);
      for (const tensor of layoutOfModel(oracle.spec).tensors) {
        const expected = oracle.params.slice(tensor.offset, tensor.offset + tensor.size);
        expect(relativeError(viewTensor(params, tensor), expected), tensor.name).toBeLessThan(1e-5);
      }
    });

    it('passes the start-up check', () => {
      expect(checkBackend(name, create).worst).toBeLessThan(1e-5);
    });

    it('gives the same bits again', () => {
      const network = create(digits);
      const shards = probeShards(digits, 3, 8, 28);
      network.setParams(probeValues(1, layoutOfModel(digits).size, 0.25));
      const first = gradientBits(network, shards);
      network.evaluate(shards);
      network.setParams(probeValues(1, layoutOfModel(digits).size, 0.25));
      expect(gradientBits(network, shards)).toBe(first);
      network.dispose();
    });

    it('evaluates to the losses of its gradients', () => {
      const network = create(digits);
      const shards = probeShards(digits, 3, 8, 28);
      network.setParams(probeValues(1, layoutOfModel(digits).size, 0.25));
      const grads = shards.map(() => new Float32Array(layoutOfModel(digits).size));
      expect(network.evaluate(shards)).toEqual(network.gradients(shards, grads));
      network.dispose();
    });

    it('keeps a copy of the parameters', () => {
      const network = create(digits);
      const shards = probeShards(digits, 1, 8, 5);
      const params = probeValues(1, layoutOfModel(digits).size, 0.25);
      network.setParams(params);
      const expected = network.evaluate(shards);
      network.setParams(params);
      params.fill(0);
      expect(network.evaluate(shards)).toEqual(expected);
      network.dispose();
    });
  });
}

/** What only backends of tfjs have to show. */
export function describeTfjs(name: BackendName, load: () => Promise<Tfjs>): void {
  describe(`tfjs on ${name}`, () => {
    let tf: Tfjs;
    beforeAll(async () => {
      tf = await load();
    });

    it('leaves no tensor behind', () => {
      const network = createNetwork(tf, digits, { stackSizes: [1] });
      const shards = probeShards(digits, 3, 8, 28);
      network.setParams(probeValues(1, layoutOfModel(digits).size, 0.25));
      const numTensors = tf.memory().numTensors;
      gradientBits(network, shards);
      network.evaluate(shards);
      network.setParams(probeValues(1, layoutOfModel(digits).size, 0.25));
      expect(tf.memory().numTensors).toBe(numTensors);
      network.dispose();
    });

    it('stacks shards of whole vectors without changing a bit', () => {
      expect(canStackShards(tf, digits, 8, 28)).toBe(true);
      const perStep: ModelSpec = { ...digits, layers: 2, inputs: 'ids', targetsPer: 'step', hiddenSize: 64 };
      expect(canStackShards(tf, perStep, 3, 20)).toBe(true);
      expect(canStackShards(tf, { ...digits, cell: 'rnn' }, 8, 28)).toBe(true);
    });

    it('gives shards in a stack the bits that they have alone, for every number of steps up to the longest', () => {
      const rows = 4;
      const longest = 10;
      for (const layers of [1, 2]) {
        const spec: ModelSpec = {
          ...digits,
          layers,
          inputSize: 2,
          hiddenSize: 16,
          outputSize: 1,
          loss: 'squared-error',
        };
        const alone = createNetwork(tf, spec, { stackSizes: [1] });
        const mayStack = tryStacking(tf, spec, rows, longest);
        const stacked = createNetwork(tf, spec, { stackSizes: eagerStackSizes, mayStack });
        for (const network of [alone, stacked]) network.setParams(probeValues(1, layoutOfModel(spec).size, 0.25));
        for (let steps = 1; steps <= longest; steps += 1) {
          const shards = probeShards(spec, 4, rows, steps);
          expect(gradientBits(stacked, shards), `${layers} layers, ${steps} steps`).toBe(gradientBits(alone, shards));
        }
      }
    });

    it('refuses to stack shards whose values leave a part of a vector', () => {
      expect(canStackShards(tf, { ...digits, hiddenSize: 10 }, 3, 5)).toBe(false);
    });
  });
}

/** The networks of tfjs, one shard at a time. */
export function tfjsFactory(tf: Tfjs, createRunner: () => StepRunner = () => eagerRunner): NetworkFactory {
  return (spec) => createNetwork(tf, spec, { stackSizes: [1], runner: createRunner() });
}

function trainTenSteps(create: NetworkFactory, { name, spec, steps, lengths, maxNorm }: TrainingCase) {
  const network = create(spec);
  const params = probeValues(7, layoutOfModel(spec).size, 1);
  const grads = new Float32Array(params.length);
  const optimizer = createOptimizer({
    name,
    momentum: 0.9,
    beta1: 0.9,
    beta2: 0.999,
    nesterov: false,
    alpha: 0.99,
    amsgrad: false,
    epsilon: 1e-8,
    weightDecay: name === 'adamw' ? 1e-2 : 0,
  });
  const state = optimizer.init(params.length);
  const [losses, norms]: [number[], number[]] = [[], []];
  for (let step = 0; step < 10; step++) {
    network.setParams(params);
    const [result] = network.gradients([probeBatch({ spec, steps, lengths }, 1000 + 10 * step)], [grads]);
    meanInto(grads, result?.count ?? NaN);
    norms.push(globalNorm(grads));
    clipByGlobalNorm(grads, globalNorm(grads), maxNorm);
    optimizer.update(state, params, grads, name === 'sgd' ? 0.5 : 1e-2);
    losses.push((result?.loss ?? NaN) / (result?.count ?? NaN));
  }
  network.dispose();
  return { losses, norms, params };
}

function titleOf({ cell, inputs, loss, targetsPer, bidirectional, embeddingSize, dropout }: ModelSpec): string {
  const extras = [bidirectional && 'bidirectional', embeddingSize && 'embedding', dropout && 'dropout'].filter(Boolean);
  return [cell, inputs, loss, `per ${targetsPer}`, ...extras].join(', ');
}

function probeShards(spec: ModelSpec, numShards: number, rows: number, steps: number): ShardBatch[] {
  return Array.from({ length: numShards }, (_, shard) => {
    const lengths = Array.from({ length: rows }, (_, row) => (row === 0 && shard === 0 ? 0 : Math.max(0, steps - row)));
    return probeBatch({ spec, steps, lengths }, 10 * shard + 1);
  });
}

function gradientBits(network: Network, shards: readonly ShardBatch[]): string {
  const grads = shards.map(() => new Float32Array(layoutOfModel(digits).size));
  const hash = createHash('sha256').update(JSON.stringify(network.gradients(shards, grads)));
  for (const grad of grads) hash.update(grad);
  return hash.digest('hex');
}
