// Outputs without targets, on the kernels: what evaluate scores, from any carried state, and nothing where no row is.
import { describe, expect, it } from 'vitest';
import { createNativeNetwork } from '../../../src/native/native-network.js';
import { wasmKernels } from '../../../src/native/wasm-addon.js';
import { probeIntegers, probeValues } from '../../../src/model/probe-values.js';
import { layoutOfModel } from '../../../src/params/layout-of-model.js';
import { carriedSize, type Cell, type ModelSpec } from '../../../src/params/model-spec.js';
import { lossOfOutputs } from '../model/loss-of-outputs.js';
import { addon, addonOf, drawAnyCase } from './native-case.js';

describe.each([addon.kernels()[0]!, wasmKernels])('outputs on %s', (kernels) => {
  it('are what evaluate scores, for any model and batch', () => {
    for (let seed = 1; seed <= 40; seed++) {
      const { spec, params, shards } = drawAnyCase(seed, 9);
      const network = createNativeNetwork(addonOf(kernels), kernels, spec, 1 + (seed % 2));
      network.setParams(params);
      for (const shard of shards) {
        const { targets: _, ...inputs } = shard;
        const { outputs } = network.predict(inputs);
        const [scored] = network.evaluate([shard]);
        const loss = lossOfOutputs(spec, outputs, shard);
        expect(Math.abs(loss - scored!.loss), `seed ${seed}`).toBeLessThan(1e-4 * (1 + Math.abs(loss)));
      }
      network.dispose();
    }
  });

  it.each<Cell>(['rnn', 'relu', 'lstm', 'gru'])('come step by step to the bits of the whole sequence: %s', (cell) => {
    const spec: ModelSpec = {
      ...{ cell, layers: 2, inputs: 'ids', inputSize: 7, hiddenSize: 5, outputSize: 7 },
      ...{ loss: 'softmax', targetsPer: 'step' },
    };
    const network = createNativeNetwork(addonOf(kernels), kernels, spec, 1);
    network.setParams(probeValues(1, layoutOfModel(spec).size, 1));
    const steps = 6;
    const ids = probeIntegers(4, steps, 7);
    const carried = new Float32Array(carriedSize(spec, 1));
    const whole = network.predict({ rows: 1, steps, lengths: Int32Array.of(steps), inputs: ids, carried });
    let state: Float32Array | undefined = carried;
    const outputs: number[] = [];
    for (const id of ids) {
      const step = { rows: 1, steps: 1, lengths: Int32Array.of(1), inputs: Int32Array.of(id) };
      const result = network.predict({ ...step, carried: state! });
      outputs.push(...result.outputs);
      state = result.carried;
    }
    expect(outputs).toEqual([...whole.outputs]);
    expect(state).toEqual(whole.carried);
    expect(network.predict({ rows: 1, steps, lengths: Int32Array.of(steps), inputs: ids })).toEqual({
      outputs: whole.outputs, // a zero state is no state
    });
    network.dispose();
  });

  it('are refused for an id out of range and for arrays of a wrong size', () => {
    const spec = { ...drawAnyCase(1, 3).spec, inputs: 'ids', inputSize: 3, bidirectional: false } as const;
    const network = createNativeNetwork(addonOf(kernels), kernels, spec, 1);
    network.setParams(new Float32Array(layoutOfModel(spec).size));
    const batch = { rows: 1, steps: 2, lengths: Int32Array.of(2), inputs: Int32Array.of(0, 3) };
    expect(() => network.predict(batch)).toThrow(/id 3, wanted 0 to 2/);
    expect(() => network.predict({ ...batch, inputs: Int32Array.of(0) })).toThrow(/inputs must be a typed array of 2/);
    expect(() => network.predict({ ...batch, carried: new Float32Array(1) })).toThrow(/carried must be/);
    network.dispose();
  });
});
