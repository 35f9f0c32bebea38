// Truncated backpropagation through time: windows that hand on their state are the whole sequence, forward.
import { describe, expect, it } from 'vitest';
import { wasmKernels } from '../../../src/native/wasm-addon.js';
import { createNativeNetwork } from '../../../src/native/native-network.js';
import type { ShardBatch } from '../../../src/data/shard-batch.js';
import { probeIntegers, probeValues } from '../../../src/model/probe-values.js';
import { layoutOfModel } from '../../../src/params/layout-of-model.js';
import { carriedSize, type Cell, type ModelSpec } from '../../../src/params/model-spec.js';
import { float64Gradient } from './float64-model.js';
import { addon, addonOf } from './native-case.js';

const rows = 3;
const specOf = (cell: Cell): ModelSpec => ({
  cell,
  layers: 2,
  inputs: 'ids',
  inputSize: 7,
  hiddenSize: 5,
  outputSize: 7,
  loss: 'softmax',
  targetsPer: 'step',
});

function windowOf(seed: number, steps: number): ShardBatch {
  const ids = (offset: number) => probeIntegers(seed + offset, rows * steps, 7);
  return { rows, steps, lengths: Int32Array.of(steps, steps, steps), inputs: ids(0), targets: ids(1) };
}

function joinWindows(a: ShardBatch, b: ShardBatch): ShardBatch {
  const join = (name: 'inputs' | 'targets') => Int32Array.of(...a[name], ...b[name]);
  const steps = a.steps + b.steps;
  return { rows, steps, lengths: new Int32Array(rows).fill(steps), inputs: join('inputs'), targets: join('targets') };
}

describe.each([addon.kernels()[0]!, wasmKernels])('a carried state on %s', (kernels) => {
  it.each<Cell>(['rnn', 'lstm', 'gru'])('makes two windows one sequence: %s', (cell) => {
    const spec = specOf(cell);
    const network = createNativeNetwork(addonOf(kernels), kernels, spec, 1);
    network.setParams(probeValues(1, layoutOfModel(spec).size, 1));
    const [a, b] = [windowOf(10, 4), windowOf(20, 6)];
    const start = { carried: new Float32Array(carriedSize(spec, rows)) };
    const [first] = network.evaluate([{ ...a, ...start }]);
    const [second] = network.evaluate([{ ...b, carried: first!.carried! }]);
    const [whole] = network.evaluate([{ ...joinWindows(a, b), ...start }]);
    expect(second!.carried).toEqual(whole!.carried);
    expect(first!.loss + second!.loss).toBeCloseTo(whole!.loss, 5);
    expect(start.carried.every((value) => value === 0)).toBe(true); // the caller's is left alone
    // A zero state is no state, to the last bit.
    expect(network.evaluate([a])).toEqual([{ ...first, carried: undefined }]);
    network.dispose();
  });

  it.each<Cell>(['rnn', 'lstm', 'gru'])('is a constant to the gradient, and reaches every weight: %s', (cell) => {
    const spec = specOf(cell);
    const params = probeValues(1, layoutOfModel(spec).size, 1);
    const network = createNativeNetwork(addonOf(kernels), kernels, spec, 1);
    const carried = probeValues(9, carriedSize(spec, rows), 1);
    const batch = { ...windowOf(30, 1), carried };
    const grads = new Float32Array(params.length);
    network.setParams(params);
    network.gradients([batch], [grads]);
    // Of one step from a given state every derivative is a difference quotient; the oracle knows nothing of states.
    const at = layoutOfModel(spec).tensors.find(({ name }) => name === 'rnn.weight_hh_l1')!;
    for (const i of [0, 7, at.size - 1]) {
      const loss = (step: number): number => {
        const moved = params.slice();
        moved[at.offset + i]! += step;
        network.setParams(moved);
        return network.evaluate([batch])[0]!.loss;
      };
      expect((loss(2 ** -8) - loss(-(2 ** -8))) * 2 ** 7, `${i}`).toBeCloseTo(grads[at.offset + i]!, 3);
    }
    expect(float64Gradient(spec, params, windowOf(30, 1)).loss).not.toBeCloseTo(network.evaluate([batch])[0]!.loss, 3);
    network.dispose();
  });
});
