import { describe, expect, it } from 'vitest';
import { fuseGradients } from '../../../../src/backend/capture/fuse-gradients.js';
import type { RecordedOperation, Recording, Source } from '../../../../src/backend/capture/recording.js';

const y: Source = { kind: 'constant', index: 1 };
const dy: Source = { kind: 'constant', index: 2 };
const one: Source = { kind: 'constant', index: 0 };
const op = (index: number): Source => ({ kind: 'operation', index, output: 0 });
const call = (name: string, inputs: Source[], shape = [2]): RecordedOperation => ({
  name,
  inputs,
  attributes: [],
  outputs: [{ dtype: 1, shape }],
});

function recording(operations: RecordedOperation[], factor = 1): Recording {
  const constant = (...values: number[]) => ({ dtype: 1, values: Float32Array.from(values) });
  const constants = [
    { ...constant(factor), shape: [] },
    { ...constant(1, 2), shape: [2] },
    { ...constant(3, 4), shape: [2] },
  ];
  return { inputs: new Map(), operations, constants, outputs: new Map() };
}
const last = (operations: RecordedOperation[], factor?: number) => fuseGradients(recording(operations, factor)).at(-1);

describe('fuseGradients', () => {
  it.each([[[op(1), dy]], [[dy, op(1)]]])('finds dy (1 - y^2) in either order', (product) => {
    expect(last([call('Square', [y]), call('Sub', [one, op(0)]), call('Mul', product)])).toMatchObject({
      name: 'TanhGrad',
      inputs: [y, dy],
    });
  });

  it.each([[[y, op(0)]], [[op(0), y]]])('finds dy y (1 - y) in either order', (slope) => {
    expect(last([call('Sub', [one, y]), call('Mul', slope), call('Mul', [op(1), dy])])).toMatchObject({
      name: 'SigmoidGrad',
      inputs: [y, dy],
    });
  });

  it('leaves alone what only looks like it', () => {
    const slope = [call('Square', [y]), call('Sub', [one, op(0)])];
    expect(last([...slope, call('Mul', [op(1), dy])], 2)?.name).toBe('Mul'); // 2 - y^2
    expect(last([...slope, call('Mul', [op(1), one])])?.name).toBe('Mul'); // a number spread over y's shape
    expect(last([call('Sub', [one, y]), call('Mul', [dy, op(0)]), call('Mul', [op(1), dy])])?.name).toBe('Mul'); // dy (1 - y) dy
    expect(last([call('Sub', [op(0), one]), call('Mul', [op(0), dy])])?.name).toBe('Mul');
  });
});
