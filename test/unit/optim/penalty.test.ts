import { expect, it } from 'vitest';
import { addPenalties, type PenaltyOptions } from '../../../src/optim/penalty.js';
import { layTensors } from '../../../src/tensor/layout.js';

const layout = layTensors([
  { name: 'rnn.weight_hh_l0', shape: [2, 2], group: 'recurrent' },
  { name: 'head.bias', shape: [2], group: 'bias' },
]);
const params = Float32Array.of(2, -3, 0, 0.5, 7, -7);

it('adds the gradient of l1 sum |w| to weight matrices and not to biases', () => {
  const grads = Float32Array.of(1, 1, 1, 1, 1, 1);
  addPenalties(grads, params, layout, { l1: 0.25, l2: 0 });
  expect(grads).toEqual(Float32Array.of(1.25, 0.75, 1, 1.25, 1, 1));
});

it('adds 2 l2 w, as Keras does, where PyTorch weight decay would add l2 w', () => {
  const grads = new Float32Array(6);
  addPenalties(grads, params, layout, { l1: 0, l2: 0.25 });
  expect(grads).toEqual(Float32Array.of(1, -1.5, 0, 0.25, 0, 0));
});

it('adds l1 before l2, each rounded to float32', () => {
  const grads = Float32Array.of(0.1, 0.2, 0.3, 0.4, 0.5, 0.6);
  const { fround } = Math;
  const wanted = grads.map((gradient, i) => {
    if (i >= 4) return gradient;
    const weight = params[i]!;
    const withL1 = fround(gradient + fround(0.01) * Math.sign(weight));
    return fround(withL1 + fround(fround(2 * 0.003) * weight));
  });
  addPenalties(grads, params, layout, { l1: 0.01, l2: 0.003 });
  expect(grads).toEqual(wanted);
});

it('takes numbers by group; biases have a penalty only where they are named', () => {
  const run = (l2: PenaltyOptions['l2']): number[] => {
    const grads = new Float32Array(6);
    addPenalties(grads, params, layout, { l1: 0, l2 });
    return [...grads];
  };
  expect(run({ others: 0.5 })).toEqual([2, -3, 0, 0.5, 0, 0]);
  expect(run({ bias: 0.5 })).toEqual([0, 0, 0, 0, 7, -7]);
  expect(run({ others: 0.25, recurrent: 0.5, bias: 0.25 })).toEqual([2, -3, 0, 0.5, 3.5, -3.5]);
});
