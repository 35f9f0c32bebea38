// Trains on captured graphs for 10,000 steps and prints its memory after 1,000 and after all: tensors, and RSS in bytes.
import { createCapturedRunner } from '../../dist/backend/capture/captured-runner.js';
import { loadBackend } from '../../dist/backend/load-backend.js';
import { createNetwork } from '../../dist/model/network.js';
import { probeValues } from '../../dist/model/probe-values.js';
import { probeBatch } from '../../dist/model/self-check.js';
import { layoutOfModel } from '../../dist/params/layout-of-model.js';

const { tf } = await loadBackend('tensorflow', { threads: 1 });
const cell = { cell: 'lstm', layers: 1, inputs: 'dense', inputSize: 4, hiddenSize: 16 };
const spec = { ...cell, outputSize: 3, loss: 'softmax', targetsPer: 'step' };
const { size } = layoutOfModel(spec);
const network = createNetwork(tf, spec, { stackSizes: [1, 2], runner: createCapturedRunner(tf) });
const params = probeValues(1, size, 0.25);
const grads = [new Float32Array(size), new Float32Array(size)];
const after = [];
for (let step = 1; step <= 10_000; step++) {
  const lengths = [1 + (step % 5), 1 + ((step + 2) % 5)];
  network.setParams(params);
  network.gradients(
    [probeBatch({ spec, steps: 5, lengths }, step), probeBatch({ spec, steps: 5, lengths }, -step)],
    grads,
  );
  if (step % 200 === 0) globalThis.gc();
  if (step === 1000 || step === 10_000) after.push({ tensors: tf.memory().numTensors, rss: process.memoryUsage.rss() });
}
console.log(JSON.stringify(after));
