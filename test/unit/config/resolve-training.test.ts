import { expect, it } from 'vitest';
import { parseCommandLine } from '../../../src/config/parse-command-line.js';
import { resolveTraining } from '../../../src/config/resolve-training.js';

const resolve = (line: string) =>
  resolveTraining(parseCommandLine(['train', ...line.split(' ').filter(Boolean)], {}).values);

it('resolves the defaults', () => {
  expect(resolve('')).toEqual({
    data: { name: 'mnist-rows' },
    cell: 'lstm',
    layers: 1,
    hiddenSize: 128,
    bidirectional: false,
    dropout: 0,
    initializer: { input: 'glorot-uniform', recurrent: 'orthogonal', forgetBias: 1 },
    globalBatch: 64,
    shards: 8,
    dropLast: false,
    bucket: 0,
    epochs: 1,
    seed: 42,
    optimizer: { name: 'adam', momentum: 0, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 },
    schedule: { name: 'constant', learningRate: 0.002, warmupSteps: 0, totalSteps: 0, minLearningRate: 0 },
    clip: { name: 'global-norm', maxNorm: 1 },
    l1: 0,
    l2: 0,
    onNonFinite: 'recompute',
    keep: 3,
    backend: 'auto',
    execution: 'auto',
    allowMixedKernels: false,
    minWorkers: 1,
  });
});

it('resolves each data set, clipping and end', () => {
  expect(resolve('--data text --data-path /a').data).toEqual({ name: 'text', paths: ['/a'], length: 64 });
  expect(resolve('--data adding --seed 3').data).toEqual({ name: 'adding', length: 50, examples: 20_000, seed: 3 });
  expect(resolve('--data adding --data-min-length 5').data).toMatchObject({ minLength: 5 });
  expect(resolve('--clip none').clip).toEqual({ name: 'none' });
  expect(resolve('--clip value --max-norm 5').clip).toEqual({ name: 'value', maxNorm: 5 });
  expect(resolve('--steps 7 --save-every 0 --evaluate-every 3')).toMatchObject({
    steps: 7,
    saveEvery: 0,
    evaluateEvery: 3,
  });
  expect(resolve('--steps 7')).not.toHaveProperty('epochs');
  expect(resolve('--init-from /w.safetensors').initFrom).toBe('/w.safetensors');
});
