import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { joinParts, readPart, totalsOf } from '../../../src/collective/moments.js';
import type { ShardBatch } from '../../../src/data/shard-batch.js';
import { createNetwork } from '../../../src/model/network.js';
import { probeValues } from '../../../src/model/probe-values.js';
import { type GradientCase, probeBatch, relativeError } from '../../../src/model/self-check.js';
import { eagerStackSizes } from '../../../src/model/stacking.js';
import type { Tfjs } from '../../../src/model/tfjs.js';
import { collectivesOf } from '../../../src/params/batch-statistics.js';
import { layerSuffix, layoutOfModel } from '../../../src/params/layout-of-model.js';
import { needsTfjs } from '../../../src/params/model-spec.js';
import { outsideTraining, paramsOutsideTraining } from '../../../src/params/outside-training.js';
import { viewTensor } from '../../../src/tensor/layout.js';
import { breadth } from '../../breadth.js';
import { loadWasm } from './load-wasm.js';

const fixture = new URL('../../fixtures/regularised/batch-norm.json', import.meta.url);
const cases = JSON.parse(readFileSync(fixture, 'utf8')) as (GradientCase & { readonly float32Error: number })[];
let tf: Tfjs;
beforeAll(async () => {
  tf = await loadWasm();
});

/** The rows of a batch that one shard holds. */
function cut({ spec, steps, lengths, seed }: GradientCase, rows: readonly number[]): ShardBatch {
  const whole = probeBatch({ spec, steps, lengths }, seed + 1);
  const pick = <Values extends Int32Array | Float32Array>(values: Values, places: number): Values => {
    const width = values.length / places / lengths.length;
    const picked = Array.from({ length: places }, (_, place) =>
      rows.flatMap((row) => [
        ...values.subarray((place * lengths.length + row) * width, (place * lengths.length + row + 1) * width),
      ]),
    ).flat();
    return (values instanceof Int32Array ? Int32Array.from(picked) : Float32Array.from(picked)) as Values;
  };
  return {
    rows: rows.length,
    steps,
    lengths: Int32Array.from(rows, (row) => lengths[row]!),
    inputs: pick(whole.inputs, steps),
    targets: pick(whole.targets, spec.targetsPer === 'sequence' ? 1 : steps),
    draws: { seed: seed + 1, step: 3, exampleIds: rows.map((row) => row + 1) },
  };
}

/** One step over shards as the coordinator has it done; the third of four shards is empty. */
function run(reference: GradientCase, stackSizes: readonly number[], forgets = false) {
  const { spec, steps, seed, scale } = reference;
  const layout = layoutOfModel(spec);
  const network = createNetwork(tf, spec, { stackSizes });
  network.setParams(probeValues(seed, layout.size, scale));
  const shards = [
    [0, 1],
    [2, 3],
    [4, 5],
  ].map((rows) => cut(reference, rows));
  const numbers = [0, 1, 3];
  const totals: Float32Array[] = [];
  for (const { isForward } of collectivesOf(spec, steps)) {
    network.batchNorm!.setTotals(totals);
    if (forgets) network.setParams(probeValues(seed, layout.size, scale)); // as a worker that takes over
    const parts = network.batchNorm!.collect(shards).map((part, i) => [numbers[i]!, readPart(part)] as const);
    totals.push(totalsOf(joinParts(new Map(parts), 4, isForward)!, isForward));
  }
  network.batchNorm!.setTotals(totals);
  const grads = shards.map(() => new Float32Array(layout.size));
  const results = network.gradients(shards, grads);
  network.dispose();
  return { layout, totals, grads, results };
}

const known = new Map<GradientCase, ReturnType<typeof run>>();
/** The same, shard by shard; once for all tests of a case. */
function runAlone(reference: GradientCase): ReturnType<typeof run> {
  const result = known.get(reference) ?? run(reference, [1]);
  known.set(reference, result);
  return result;
}

describe('batch normalisation over shards', () => {
  it.each(cases.filter((_, i) => i % breadth({ unit: 2, sweep: 1 }) === 0))(
    'equals that of PyTorch over the whole batch, forward and backward: $spec.cell, case $#',
    (reference) => {
      const { layout, grads, results } = runAlone(reference);
      // Over two rows normalised values are all but 1 and -1, and gradients are what is left: PyTorch's own float32 loses digits there.
      const tolerance = Math.max(1e-5, 10 * reference.float32Error);
      const loss = results.reduce((sum, result) => sum + result.loss, 0);
      expect(relativeError([loss], [reference.loss])).toBeLessThan(1e-5);
      for (const tensor of layout.tensors) {
        const expected = reference.gradients[tensor.name]!;
        const sum = Array.from({ length: tensor.size }, (_, i) =>
          grads.reduce((total, grad) => total + viewTensor(grad, tensor)[i]!, 0),
        );
        if (expected.every((value) => value === 0)) expect(sum).toEqual(expected);
        else expect(relativeError(sum, expected), tensor.name).toBeLessThan(tolerance);
      }
    },
  );

  it.each([cases[1]!, cases[4]!, cases[9]!])(
    'has the same bits whether shards share a recurrence, and leaves no tensor behind: $spec.norm',
    (reference) => {
      const before = tf.memory().numTensors;
      const stacked = run(reference, eagerStackSizes);
      expect(tf.memory().numTensors).toBe(before);
      expect(stacked).toEqual(runAlone(reference));
    },
  );

  // Each statistic of each time step is taken up anew: the second case is as slow as all others.
  it.each([cases[1]!, cases[9]!].slice(0, breadth({ unit: 1, sweep: 2 })))(
    'has the same bits for a worker that takes over in the middle: $spec.norm',
    (reference) => {
      expect(run(reference, [1], true)).toEqual(runAlone(reference));
    },
  );

  it.each([cases[1]!, cases[6]!, cases[10]!])('takes running averages in evaluation: $spec.norm', (reference) => {
    const { spec, steps, seed, scale } = reference;
    const { layout, totals, results } = runAlone(reference);
    const params = probeValues(seed, layout.size, scale);
    const directions = spec.bidirectional ? 2 : 1;
    collectivesOf(spec, steps).forEach(({ layer, isForward, timeStep, first, size }, k) => {
      if (!isForward) return;
      for (let direction = 0; direction < directions; direction++) {
        const suffix = layerSuffix(layer, direction);
        ['running_mean', 'running_var'].forEach((name, half) => {
          const tensor = layout.tensors.find((one) => one.name === `rnn.${name}${suffix}`)!;
          const from = (half * directions + direction) * size;
          const at = timeStep * tensor.shape.at(-1)! + first;
          viewTensor(params, tensor).set(totals[k]!.subarray(from, from + size), at);
        });
      }
    });
    const network = createNetwork(tf, spec, { stackSizes: [1] });
    network.setParams(params);
    const scored = network.evaluate(
      [
        [0, 1],
        [2, 3],
        [4, 5],
      ].map((rows) => cut(reference, rows)),
    );
    network.dispose();
    scored.forEach(({ loss }, i) => expect(loss).toBeCloseTo(results[i]!.loss, 4));
  });
});

it.each([cases[1]!, cases[2]!, cases[5]!])(
  'is folded into the weights outside of training: $spec.norm, $spec.cell',
  (reference) => {
    const { spec, steps, lengths, seed, scale } = reference;
    const layout = layoutOfModel(spec);
    const params = probeValues(seed, layout.size, scale);
    const variances = layout.tensors.filter(({ name }) => name.startsWith('rnn.running_var'));
    for (const tensor of variances)
      viewTensor(params, tensor).forEach((value, i, all) => (all[i] = 0.1 + value * value));
    const batch = probeBatch({ spec, steps, lengths }, seed + 1);
    const outputsOf = (model: typeof spec, values: Float32Array): Float32Array => {
      const network = createNetwork(tf, model, { stackSizes: [1] });
      network.setParams(values);
      const { outputs } = network.predict(batch);
      network.dispose();
      return outputs;
    };
    const plain = outsideTraining(spec);
    expect(needsTfjs(plain)).toBe(false);
    const folded = outputsOf(plain, paramsOutsideTraining(spec, params));
    expect(relativeError(folded, [...outputsOf(spec, params)])).toBeLessThan(1e-5);
  },
);
