// The built-in models as captured graphs.
import { expect, it } from 'vitest';
import { createCapturedRunner } from '../../src/backend/capture/captured-runner.js';
import { loadBackend } from '../../src/backend/load-backend.js';
import { canStackShards, capturedStackSizes } from '../../src/model/stacking.js';
import type { ModelSpec } from '../../src/params/model-spec.js';
import { describeModels, tfjsFactory } from './model-suite.js';

const load = async () => (await loadBackend('tensorflow', { threads: 1 })).tf;

describeModels(
  'tensorflow',
  async () => {
    const tf = await load();
    return tfjsFactory(tf, () => createCapturedRunner(tf));
  },
  ', captured',
);

it('graphs of stacked shards have the bits of single ones', async () => {
  const tf = await load();
  const trial = { stackSizes: capturedStackSizes, createRunner: () => createCapturedRunner(tf) };
  const spec: ModelSpec = {
    cell: 'lstm',
    layers: 2,
    inputs: 'ids',
    inputSize: 9,
    hiddenSize: 64,
    outputSize: 9,
    loss: 'softmax',
    targetsPer: 'step',
  };
  expect(canStackShards(tf, spec, 3, 20, trial)).toBe(true);
});
