import { beforeAll, describe, expect, it } from 'vitest';
import { createNetwork } from '../../../src/model/network.js';
import { probeValues } from '../../../src/model/probe-values.js';
import { probeBatch } from '../../../src/model/self-check.js';
import { eagerStackSizes } from '../../../src/model/stacking.js';
import type { Tfjs } from '../../../src/model/tfjs.js';
import { layoutOfModel } from '../../../src/params/layout-of-model.js';
import type { ModelSpec } from '../../../src/params/model-spec.js';
import { viewTensor } from '../../../src/tensor/layout.js';
import { loadWasm } from './load-wasm.js';

const spec: ModelSpec = {
  cell: 'lstm',
  layers: 2,
  inputs: 'dense',
  inputSize: 3,
  hiddenSize: 8,
  outputSize: 4,
  loss: 'softmax',
  targetsPer: 'sequence',
};
const layout = layoutOfModel(spec);
const params = probeValues(1, layout.size, 1);
const shards = [
  probeBatch({ spec, steps: 6, lengths: [6, 3] }, 2),
  probeBatch({ spec, steps: 6, lengths: [5, 0] }, 5),
  probeBatch({ spec, steps: 4, lengths: [4, 1, 2] }, 8),
];

let tf: Tfjs;
beforeAll(async () => {
  tf = await loadWasm();
});

function run(isStacked: boolean) {
  const network = createNetwork(tf, spec, { stackSizes: isStacked ? eagerStackSizes : [1] });
  network.setParams(params);
  const grads = shards.map(() => new Float32Array(layout.size));
  const results = network.gradients(shards, grads);
  const evaluated = network.evaluate(shards);
  network.dispose();
  return { grads, results, evaluated };
}

describe('createNetwork', () => {
  it('answers for each shard in order, stacked or not, whatever their shapes', () => {
    const alone = run(false);
    expect(alone.results.map(({ count }) => count)).toEqual([2, 1, 3]);
    expect(run(true)).toEqual(alone);
    expect(alone.grads[0]).not.toEqual(alone.grads[1]);
  });

  it('evaluates to the same figures as it trains on', () => {
    const { results, evaluated } = run(true);
    expect(evaluated).toEqual(results);
  });

  it('counts the largest outputs that are right', () => {
    const network = createNetwork(tf, spec, { stackSizes: [1] });
    const onlyBias = new Float32Array(layout.size);
    viewTensor(onlyBias, layout.tensors.at(-1)!).set([0, 1, 0, 0]); // always class 1
    network.setParams(onlyBias);
    const batch = { ...shards[2]!, targets: Int32Array.of(1, 3, 1) };
    expect(network.evaluate([batch])[0]?.correct).toBe(2);
    network.dispose();
  });

  it('gives both biases of a layer one gradient', () => {
    const grad = run(false).grads[0]!;
    const [input, recurrent] = ['rnn.bias_ih_l1', 'rnn.bias_hh_l1'].map((name) =>
      viewTensor(
        grad,
        layout.tensors.find((tensor) => tensor.name === name)!,
      ),
    );
    expect(input).toEqual(recurrent);
    expect(input!.some((value) => value !== 0)).toBe(true);
  });

  it('leaves no tensor behind', () => {
    const before = tf.memory().numTensors;
    run(true);
    run(false);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('frees what it made when a call fails', () => {
    const network = createNetwork(tf, spec, { stackSizes: [1] });
    network.setParams(params);
    const before = tf.memory().numTensors;
    expect(() => network.gradients([shards[0]!], [new Float32Array(3)])).toThrow(RangeError);
    expect(tf.memory().numTensors).toBe(before);
    network.dispose();
  });

  it('refuses parameters of another size, and a call before any', () => {
    const network = createNetwork(tf, spec, { stackSizes: [1] });
    expect(() => network.setParams(new Float32Array(3))).toThrow(
      expect.objectContaining({ code: 'MODEL_PARAMS_SIZE' }),
    );
    expect(() => network.evaluate(shards)).toThrow(expect.objectContaining({ code: 'MODEL_PARAMS_MISSING' }));
  });
});
