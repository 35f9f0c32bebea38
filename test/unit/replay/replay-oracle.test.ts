// The replay against PyTorch, cell by cell and step by step; numbers from test/fixtures/replay/make-replay-oracle.py.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { probeBatch } from '../../../src/model/self-check.js';
import { probeValues } from '../../../src/model/probe-values.js';
import { layoutOfModel } from '../../../src/params/layout-of-model.js';
import type { ModelSpec } from '../../../src/params/model-spec.js';
import type { LayerFlow } from '../../../src/replay/flow-record.js';
import { replayStep } from '../../../src/replay/replay-step.js';

interface OracleCase {
  readonly spec: ModelSpec;
  readonly steps: number;
  readonly lengths: number[];
  readonly seed: number;
  readonly loss: number;
  readonly count: number;
  readonly layers: LayerFlow[];
}

const cases = JSON.parse(
  readFileSync(new URL('../../fixtures/replay/replay-oracle.json', import.meta.url), 'utf8'),
) as OracleCase[];

function shardOf(oracle: OracleCase) {
  const batch = probeBatch(oracle, oracle.seed + 1);
  return { shard: 3, exampleIds: oracle.lengths.map((_, row) => 70 + row), batch };
}

function paramsOf({ spec, seed }: OracleCase): Float32Array {
  return probeValues(seed, layoutOfModel(spec).size, 1);
}

function expectClose(actual: readonly number[], wanted: readonly number[]): void {
  expect(actual).toHaveLength(wanted.length);
  actual.forEach((value, i) => expect(Math.abs(value - wanted[i]!)).toBeLessThan(2e-6 + 1e-5 * Math.abs(wanted[i]!)));
}

it.each(cases)('has PyTorch’s loss, states and gradients of states: $spec.cell, $spec.inputs, $spec.loss', (oracle) => {
  const { loss, count, firstBreak, layers } = replayStep(oracle.spec, paramsOf(oracle), [shardOf(oracle)]);
  expect(loss / oracle.loss).toBeCloseTo(1, 5);
  expect(count).toBe(oracle.count);
  expect(firstBreak).toBeUndefined();
  expect(layers.map(({ layer, direction }) => [layer, direction])).toEqual(
    oracle.layers.map(({ layer, direction }) => [layer, direction]),
  );
  layers.forEach(({ hiddenNorms, gradNorms }, i) => {
    expectClose(hiddenNorms, oracle.layers[i]!.hiddenNorms);
    expectClose(gradNorms, oracle.layers[i]!.gradNorms);
  });
});

it('refuses a model with normalisation or zoneout, and leaves out what training draws', () => {
  const [dense] = cases;
  const { spec } = dense!;
  const refused = expect.objectContaining({ code: 'REPLAY_MODEL' });
  for (const parts of [{ norm: 'layer' }, { norm: 'batch' }, { zoneout: 0.1 }] as const)
    expect(() => replayStep({ ...spec, ...parts }, paramsOf(dense!), [shardOf(dense!)])).toThrow(refused);
  const drawn = { ...spec, variationalDropout: 0.5, omega: 1 };
  expect(replayStep(drawn, paramsOf(dense!), [shardOf(dense!)]).loss).toBeCloseTo(dense!.loss, 5);
});

describe('what breaks first', () => {
  const [dense] = cases as [OracleCase];

  it('is a planted NaN of the data, named by example and time step', () => {
    const shard = shardOf(dense);
    const features = dense.spec.inputSize;
    shard.batch.inputs[(4 * shard.batch.rows + 1) * features + 2] = NaN; // time step 4 of row 1
    expect(replayStep(dense.spec, paramsOf(dense), [shard]).firstBreak).toEqual({
      phase: 'input',
      layer: 0,
      timeStep: 4,
      value: NaN,
      exampleId: 71,
      shard: 3,
    });
  });

  it('is a weight that is not finite', () => {
    const params = paramsOf(dense);
    const tensor = layoutOfModel(dense.spec).tensors.find(({ name }) => name === 'rnn.weight_hh_l1')!;
    params[tensor.offset + 5] = Infinity;
    expect(replayStep(dense.spec, params, [shardOf(dense)]).firstBreak).toMatchObject({
      phase: 'weights',
      tensor: 'rnn.weight_hh_l1',
    });
  });

  it('is the time step at which a recurrence overflows float32, forward', () => {
    const spec: ModelSpec = { ...dense.spec, cell: 'relu', layers: 1 };
    const layout = layoutOfModel(spec);
    const params = new Float32Array(layout.size);
    const fill = (name: string, value: number): void => {
      const { offset, size } = layout.tensors.find((tensor) => tensor.name === name)!;
      params.fill(value, offset, offset + size);
    };
    fill('rnn.bias_ih_l0', 1);
    fill('rnn.weight_hh_l0', 2.5e7); // 4 units: h grows by 1e8 a step, from 1: above 3.4e38 after five
    const { firstBreak } = replayStep(spec, params, [shardOf(dense)]);
    expect(firstBreak).toMatchObject({ phase: 'forward', layer: 0, timeStep: 5, value: Infinity, exampleId: 70 });
  });

  it('is the layer and time step at which a gradient overflows, backward', () => {
    const spec: ModelSpec = { ...dense.spec, layers: 1, targetsPer: 'sequence' };
    const layout = layoutOfModel(spec);
    const params = new Float32Array(layout.size); // h stays 0: every slope is 1
    for (const { name, offset, size } of layout.tensors) {
      if (name === 'rnn.weight_hh_l0') params.fill(2.5e9, offset, offset + size);
      if (name === 'head.weight') params.set([1, 1, 1, 1], offset);
    }
    const shard = shardOf({ ...dense, spec });
    shard.batch.targets.fill(1);
    const { firstBreak } = replayStep(spec, params, [shard]);
    // dL/dh is about 1/3 at step 8 and grows by 1e10 a step: above 3.4e38 at step 4
    expect(firstBreak).toMatchObject({ phase: 'backward', layer: 0, timeStep: 4, exampleId: 70 });
  });
});
