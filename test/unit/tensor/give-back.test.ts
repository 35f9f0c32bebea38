// Memory that is given back is gone at once, for every view of it.
import { expect, it } from 'vitest';
import { giveBack } from '../../../src/tensor/give-back.js';

it('frees buffers at once, and takes none', () => {
  const values = new Float32Array(10_000).fill(1);
  const others = new Uint8Array(50_000);
  giveBack([values.buffer, others.buffer]);
  expect([values.length, values.byteLength, others.length]).toEqual([0, 0, 0]);
  giveBack([]);
});
