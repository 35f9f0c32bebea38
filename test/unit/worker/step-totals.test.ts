import { expect, it } from 'vitest';
import type { ModelSpec } from '../../../src/params/model-spec.js';
import { StepTotals } from '../../../src/worker/step-totals.js';

const spec: ModelSpec = {
  cell: 'rnn',
  layers: 2,
  inputs: 'dense',
  inputSize: 1,
  hiddenSize: 1,
  outputSize: 1,
  loss: 'squared-error',
  targetsPer: 'sequence',
  norm: 'batch',
};
const total = (value: number): Uint8Array => new Uint8Array(Float32Array.of(value, value).buffer);
const lease = (step: number, firstTotal: number, ...values: number[]) => ({
  step,
  timeSteps: 3,
  firstTotal,
  totals: values.map(total),
});

it('puts together what the leases of a step bring, also of one that is revoked', () => {
  const totals = new StepTotals();
  for (const one of [lease(1, 0), lease(1, 0, 5), lease(1, 1, 6, 7)]) totals.take(spec, one);
  expect(totals.before(lease(1, 1, 6, 7)).map(([value]) => value)).toEqual([5, 6, 7]);
  totals.take(spec, lease(2, 0));
  expect(totals.before(lease(2, 0))).toEqual([]);
});

it('refuses what leaves a gap or has another size', () => {
  const refused = expect.objectContaining({ code: 'STATISTICS_INVALID' });
  expect(() => new StepTotals().take(spec, lease(1, 1, 5))).toThrow(refused);
  expect(() => new StepTotals().take(spec, { ...lease(1, 0), totals: [new Uint8Array(4)] })).toThrow(refused);
  expect(() => new StepTotals().take(spec, lease(1, 0, 1, 2, 3, 4, 5))).toThrow(refused);
});
