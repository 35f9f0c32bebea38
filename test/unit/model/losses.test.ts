import { beforeAll, describe, expect, it } from 'vitest';
import { binaryCrossEntropy, softmaxCrossEntropy, squaredError } from '../../../src/model/losses.js';
import type { Tfjs } from '../../../src/model/tfjs.js';
import { loadWasm } from './load-wasm.js';

let tf: Tfjs;
beforeAll(async () => {
  tf = await loadWasm();
});

describe('softmaxCrossEntropy', () => {
  it('gives log of the number of classes for equal logits, and softmax minus one-hot as gradient', () => {
    const { losses, outputGrad } = softmaxCrossEntropy(tf, tf.tensor2d([[5, 5, 5, 5]]), tf.tensor2d([[0, 0, 1, 0]]));
    expect(losses.dataSync()[0]).toBeCloseTo(Math.log(4), 6);
    expect([...outputGrad.dataSync()]).toEqual([0.25, 0.25, -0.75, 0.25]);
  });

  it('stays finite for logits whose exponentials overflow', () => {
    const { losses, outputGrad } = softmaxCrossEntropy(
      tf,
      tf.tensor2d([
        [1e4, -1e4],
        [1e4, -1e4],
      ]),
      tf.tensor2d([
        [1, 0],
        [0, 1],
      ]),
    );
    expect([...losses.dataSync()]).toEqual([0, 2e4]);
    expect([...outputGrad.dataSync()]).toEqual([0, 0, 1, -1]);
  });
});

describe('squaredError', () => {
  it('sums over outputs, and has twice the difference as gradient', () => {
    const { losses, outputGrad } = squaredError(
      tf,
      tf.tensor2d([
        [3, 1],
        [0, 0],
      ]),
      tf.tensor2d([
        [1, 2],
        [0, -1],
      ]),
    );
    expect([...losses.dataSync()]).toEqual([5, 1]);
    expect([...outputGrad.dataSync()]).toEqual([4, -2, 0, 2]);
  });
});

describe('binaryCrossEntropy', () => {
  it('sums log 2 over keys of logit 0, and has sigmoid minus target as gradient', () => {
    const { losses, outputGrad } = binaryCrossEntropy(tf, tf.tensor2d([[0, 0, 0]]), tf.tensor2d([[1, 0, 0.5]]));
    expect(losses.dataSync()[0]).toBeCloseTo(3 * Math.log(2), 6);
    expect([...outputGrad.dataSync()]).toEqual([-0.5, 0.5, 0]);
  });

  it('stays finite for logits whose exponentials overflow', () => {
    const { losses, outputGrad } = binaryCrossEntropy(tf, tf.tensor2d([[1e4, -1e4, 1e4]]), tf.tensor2d([[1, 0, 0]]));
    expect([...losses.dataSync()]).toEqual([1e4]);
    expect([...outputGrad.dataSync()]).toEqual([0, 0, 1]);
  });
});
