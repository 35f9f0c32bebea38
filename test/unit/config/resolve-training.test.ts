import { expect, it } from 'vitest';
import { parseCommandLine } from '../../../src/config/parse-command-line.js';
import { options } from '../../../src/config/schema.js';
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
    initializer: { input: 'glorot-uniform', recurrent: 'orthogonal', output: 'glorot-uniform', forgetBias: 1 },
    globalBatch: 64,
    shards: 8,
    dropLast: false,
    bucket: 0,
    epochs: 1,
    seed: 42,
    wire: 'f32',
    optimizer: {
      name: 'adam',
      momentum: 0,
      nesterov: false,
      alpha: 0.99,
      amsgrad: false,
      beta1: 0.9,
      beta2: 0.999,
      epsilon: 1e-8,
      weightDecay: 0,
    },
    schedule: {
      name: 'constant',
      learningRate: 0.002,
      warmupSteps: 0,
      totalSteps: 0,
      minLearningRate: 0,
      decaySteps: 1000,
      decayFactor: 0.1,
      patience: 10,
    },
    clip: [{ name: 'global-norm', maxNorm: 1, order: 2 }],
    l1: 0,
    l2: 0,
    onNonFinite: 'recompute',
    saveSpikes: false,
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
  expect(resolve('--clip none').clip).toEqual([]);
  expect(resolve('--clip zscore --clip value:0.5,global-norm:2:inf agc').clip).toEqual([
    { name: 'zscore', zThreshold: 2.5 },
    { name: 'value', maxNorm: 0.5 },
    { name: 'global-norm', maxNorm: 2, order: 'inf' },
    { name: 'agc', factor: 0.01 },
  ]);
  expect(resolve('--clip tensor-norm percentile:20:50 --max-norm 3').clip).toEqual([
    { name: 'tensor-norm', maxNorm: 3, order: 2 },
    { name: 'percentile', percentile: 20, window: 50 },
  ]);
  expect(resolve('--clip value --max-norm 5').clip).toEqual([{ name: 'value', maxNorm: 5 }]);
  expect(resolve('--steps 7 --save-every 0 --evaluate-every 3')).toMatchObject({
    steps: 7,
    saveEvery: 0,
    evaluateEvery: 3,
  });
  expect(resolve('--steps 7')).not.toHaveProperty('epochs');
  expect(resolve('--init-from /w.safetensors').initFrom).toBe('/w.safetensors');
});

it('resolves numbers by group, as text or as a map', () => {
  const { optimizer, l1, l2 } = resolve('--weight-decay 0.01,bias=0 --l1 recurrent=1e-4 --l2 0.5');
  expect(optimizer.weightDecay).toEqual({ others: 0.01, bias: 0 });
  expect(l1).toEqual({ recurrent: 1e-4 });
  expect(l2).toBe(0.5);
  const { schema } = options.l1.type;
  expect(schema.parse({ bias: 1, others: 0.5 })).toEqual({ bias: 1, others: 0.5 });
  for (const bad of ['gate=1', 'bias=', 'bias=-1', 'bias=1,bias=2', '0.1,0.2', ',', { gate: 1 }, { bias: -1 }])
    expect(schema.safeParse(bad).success, JSON.stringify(bad)).toBe(false);
});

it('resolves initialisers by part, each with its gain', () => {
  const line = '--cell relu --init-input normal:0.001 --init-recurrent identity --init-output lecun-truncated:.5';
  expect(resolve(line).initializer).toEqual({
    input: 'normal:0.001',
    recurrent: 'identity',
    output: 'lecun-truncated:.5',
    forgetBias: 1,
  });
  expect(resolve('--initializer pytorch').initializer).toMatchObject({ recurrent: 'pytorch', output: 'pytorch' });
  expect(resolve('--chrono 784').initializer.chronoSteps).toBe(784);
  for (const bad of ['he', 'he-normal:', 'he-normal:0', 'he-normal:-1', 'he-normal:1:2', 'identity:inf'])
    expect(() => resolve(`--initializer ${bad}`), bad).toThrow(expect.objectContaining({ code: 'FLAG_VALUE' }));
  expect(() => resolve('--chrono 784 --forget-bias 2')).toThrow(expect.objectContaining({ code: 'FLAG_CONFLICT' }));
});
