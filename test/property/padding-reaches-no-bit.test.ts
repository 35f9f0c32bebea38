import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import { loadBackend } from '../../src/backend/load-backend.js';
import type { ShardBatch } from '../../src/data/shard-batch.js';
import { createNetwork } from '../../src/model/network.js';
import { probeValues } from '../../src/model/probe-values.js';
import { probeBatch } from '../../src/model/self-check.js';
import type { Tfjs } from '../../src/model/tfjs.js';
import { layoutOfModel } from '../../src/params/layout-of-model.js';
import type { ModelSpec } from '../../src/params/model-spec.js';

const steps = 4;
const specs = fc.record({
  cell: fc.constantFrom('rnn', 'lstm'),
  layers: fc.integer({ min: 1, max: 2 }),
  inputs: fc.constantFrom('dense', 'ids'),
  inputSize: fc.constant(3),
  hiddenSize: fc.integer({ min: 1, max: 5 }),
  outputSize: fc.constant(3),
  loss: fc.constantFrom('softmax', 'squared-error'),
  targetsPer: fc.constantFrom('sequence', 'step'),
}) satisfies fc.Arbitrary<ModelSpec>;
const manyLengths = fc
  .array(fc.integer({ min: 0, max: steps }), { minLength: 2, maxLength: 4 })
  .filter((l) => l.some((n) => n > 0));
const garbage = fc.constantFrom(NaN, Infinity, -1e38, 1e38, 7);

let tf: Tfjs;
beforeAll(async () => {
  ({ tf } = await loadBackend('wasm', { threads: 1 }));
});

it('no padded input or target, not even NaN, changes a bit of a gradient or loss', () => {
  fc.assert(
    fc.property(specs, manyLengths, garbage, (spec, lengths, value) => {
      const clean = probeBatch({ spec, steps, lengths }, 3);
      const dirty = {
        ...clean,
        inputs: spoil(clean, clean.inputs, true, spec.inputs === 'ids' ? 2 : value),
        targets: spoil(clean, clean.targets, spec.targetsPer === 'step', spec.loss === 'softmax' ? 2 : value),
      };
      expect(bitsOf(spec, dirty)).toEqual(bitsOf(spec, clean));
    }),
    { numRuns: 60 },
  );
});

/** Overwrites what lies beyond each row's length; without steps, the rows of length 0. */
function spoil<Values extends Int32Array | Float32Array>(
  batch: ShardBatch,
  values: Values,
  hasSteps: boolean,
  value: number,
): Values {
  const size = values.length / (batch.rows * (hasSteps ? batch.steps : 1));
  return values.map((old, i) => {
    const row = Math.floor(i / size) % batch.rows;
    const step = Math.floor(i / size / batch.rows);
    return step < batch.lengths[row]! ? old : value;
  }) as Values;
}

function bitsOf(spec: ModelSpec, batch: ShardBatch) {
  const { size } = layoutOfModel(spec);
  const network = createNetwork(tf, spec, { stackSizes: [1] });
  network.setParams(probeValues(1, size, 1));
  const grads = new Float32Array(size);
  const results = network.gradients([batch], [grads]);
  network.dispose();
  return { results, bits: new Uint32Array(grads.buffer) };
}
