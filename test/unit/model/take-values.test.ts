// Results of a step go into vectors, and what the backend has read them into goes back.
import type { Tensor } from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import { takeValues } from '../../../src/model/take-values.js';

/** A tensor whose backend hands out `values`, a new array at each reading. */
const tensorOf = (values: Float32Array): Tensor => ({ dataSync: () => values }) as unknown as Tensor;

it('copies into every target; large memory of its own is freed, a small or shared one stays', () => {
  const large = Float32Array.from({ length: 5000 }, (_, i) => i);
  const small = new Float32Array(10).fill(9);
  const part = new Float32Array(6000).fill(5).subarray(0, 5000);
  const [first, second] = [new Float32Array(5000), new Float32Array(5000)];
  takeValues(tensorOf(large), first, second);
  expect([first[4999], second[4999], large.length]).toEqual([4999, 4999, 0]);
  takeValues(tensorOf(small), first.subarray(10, 20));
  expect([first[9], first[10], first[20], small.length]).toEqual([9, 9, 20, 10]);
  takeValues(tensorOf(part), first);
  expect([first[0], part.length]).toEqual([5, 5000]);
});
