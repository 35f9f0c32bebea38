// Times one gradient of the LSTM (forward, loss, backpropagation through time, read back) on the kernels, native and as
// WebAssembly, on tfjs, and with stock tf.layers.lstm and automatic differentiation, in turns: node bench/step.mjs
// [tensorflow|wasm], which names the backend of tfjs. Needs the build in dist/.
import { loadBackend } from '../dist/backend/load-backend.js';
import { chooseKernels, loadNativeAddon } from '../dist/backend/native-addon.js';
import { createNativeNetwork } from '../dist/native/native-network.js';
import { loadWasmAddon, wasmKernels } from '../dist/native/wasm-addon.js';
import { createNetwork } from '../dist/model/network.js';
import { probeValues } from '../dist/model/probe-values.js';
import { probeBatch } from '../dist/model/self-check.js';
import { canStackShards, eagerStackSizes } from '../dist/model/stacking.js';
import { layoutOfModel } from '../dist/params/layout-of-model.js';

const name = process.argv[2] ?? 'tensorflow';
const { tf, kernelId } = await loadBackend(name, { threads: 1 });
const addon = loadNativeAddon();
const kernels = chooseKernels(addon);
const wasm = await loadWasmAddon();
const classes = 10;
const shapes = [
  { steps: 50, rows: 32, inputSize: 64, hiddenSize: 128 },
  { steps: 28, rows: 8, inputSize: 28, hiddenSize: 128 },
  { steps: 28, rows: 32, inputSize: 28, hiddenSize: 128 },
];

console.log(`${kernelId}; native kernels ${kernels}`);
console.log(
  'steps, rows, input, hidden | native ms | wasm ms | tfjs ms | tf.layers ms | tf.layers / native | tf.layers / wasm | 8 shards: native ms | wasm ms | tfjs one by one ms | tfjs stacked ms | start-up check ms',
);
for (const shape of shapes) console.log(timeShape(shape));

function timeShape(shape) {
  const { steps, rows, inputSize, hiddenSize } = shape;
  const cell = {
    cell: 'lstm',
    layers: 1,
    inputs: 'dense',
    loss: 'softmax',
    targetsPer: 'sequence',
    outputSize: classes,
  };
  const spec = { ...cell, inputSize, hiddenSize };
  const shards = Array.from({ length: 8 }, (_, i) =>
    probeBatch({ spec, steps, lengths: Array(rows).fill(steps) }, 3 * i),
  );
  const size = layoutOfModel(spec).size;
  const grads = shards.map(() => new Float32Array(size));
  const networks = [[1], eagerStackSizes].map((stackSizes) => {
    const network = createNetwork(tf, spec, { stackSizes });
    network.setParams(probeValues(1, size, 0.25));
    return network;
  });
  const own = [createNativeNetwork(addon, kernels, spec, 1), createNativeNetwork(wasm, wasmKernels, spec, 1)];
  own.forEach((network) => network.setParams(probeValues(1, size, 0.25)));
  const stock = stockGradient(shape);

  const one = own.map((network) => () => network.gradients(shards.slice(0, 1), grads.slice(0, 1)));
  const eight = [...own, ...networks].map((network) => () => network.gradients(shards, grads));
  const times = medians([...one, () => networks[0].gradients(shards.slice(0, 1), grads.slice(0, 1)), stock, ...eight]);
  const start = performance.now();
  const canStack = canStackShards(tf, spec, rows, steps);
  const check = performance.now() - start;
  [...networks, ...own].forEach((network) => network.dispose());
  const ms = times.map((time) => time.toFixed(1));
  const ratios = [times[3] / times[0], times[3] / times[1]].map((ratio) => ratio.toFixed(1));
  const checked = `${check.toFixed(0)} (${canStack})`;
  return [Object.values(shape).join(', '), ...ms.slice(0, 4), ...ratios, ...ms.slice(4), checked].join(' | ');
}

function stockGradient({ steps, rows, inputSize, hiddenSize }) {
  const model = tf.sequential({
    layers: [
      tf.layers.lstm({ units: hiddenSize, inputShape: [steps, inputSize], recurrentActivation: 'sigmoid' }),
      tf.layers.dense({ units: classes }),
    ],
  });
  const inputs = tf.randomNormal([rows, steps, inputSize]);
  const targets = tf.oneHot(tf.zeros([rows], 'int32'), classes).toFloat();
  const loss = () => tf.losses.softmaxCrossEntropy(targets, model.apply(inputs, { training: true }));
  return () =>
    tf.tidy(() => {
      const { value, grads } = tf.variableGrads(loss);
      value.dataSync();
      for (const grad of Object.values(grads)) grad.dataSync();
    });
}

/** In turns, so that a noisy moment meets all of them. */
function medians(runs) {
  const times = runs.map(() => []);
  for (let round = 0; round < 9; round++) {
    runs.forEach((run, i) => {
      const start = performance.now();
      run();
      if (round > 1) times[i].push(performance.now() - start);
    });
  }
  return times.map((list) => list.sort((a, b) => a - b)[Math.floor(list.length / 2)]);
}
