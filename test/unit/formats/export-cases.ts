// Models of every kind with made-up weights, inputs for them, and the outputs that the kernels give: what an export must give too.
import type { InputBatch } from '../../../src/data/shard-batch.js';
import type { TrainedModel } from '../../../src/formats/trained-model.js';
import { probeIntegers, probeValues } from '../../../src/model/probe-values.js';
import { createNativeNetwork } from '../../../src/native/native-network.js';
import { loadWasmAddon, wasmKernels } from '../../../src/native/wasm-addon.js';
import { layoutOfModel } from '../../../src/params/layout-of-model.js';
import type { Cell, ModelSpec } from '../../../src/params/model-spec.js';

const wasm = await loadWasmAddon();
const rows = 3;
const steps = 5;

export interface ExportCase extends TrainedModel {
  readonly name: string;
  /** [batch][steps](features) */
  readonly inputs: unknown[];
  /** [batch](steps)[out] */
  readonly outputs: unknown[];
}

/** Each cell as one of text, of numbers both ways, and in one layer with an embedding. */
export function exportCases(): ExportCase[] {
  return (['rnn', 'relu', 'lstm', 'gru'] as const satisfies Cell[]).flatMap((cell, i) => {
    const base = { cell, hiddenSize: 4 + i, outputSize: 3 };
    return [
      makeCase(`${cell}-text`, {
        ...base,
        layers: 2,
        inputs: 'ids',
        inputSize: 6,
        loss: 'softmax',
        targetsPer: 'step',
      }),
      makeCase(`${cell}-both`, {
        ...base,
        ...{ layers: 2, inputs: 'dense', inputSize: 2, loss: 'squared-error', targetsPer: 'sequence' },
        bidirectional: true,
      }),
      makeCase(`${cell}-embedding`, {
        ...base,
        ...{ layers: 1, inputs: 'ids', inputSize: 6, loss: 'binary', targetsPer: 'step' },
        ...{ embeddingSize: 3, bidirectional: i % 2 === 0 },
      }),
    ];
  });
}

function makeCase(name: string, spec: ModelSpec): ExportCase {
  const params = probeValues(7, layoutOfModel(spec).size, 0.7);
  const width = spec.inputs === 'ids' ? 1 : spec.inputSize;
  const inputs =
    spec.inputs === 'ids' ? probeIntegers(3, rows * steps, spec.inputSize) : probeValues(3, rows * steps * width, 1);
  const batch: InputBatch = { rows, steps, lengths: new Int32Array(rows).fill(steps), inputs };
  const network = createNativeNetwork(wasm, wasmKernels, spec, 1);
  network.setParams(params);
  const { outputs } = network.predict(batch);
  network.dispose();
  const isIds = spec.inputs === 'ids';
  return {
    name,
    spec,
    params,
    inputs: nest(inputs, steps, width).map((row) => (isIds ? row.flat() : row)),
    outputs:
      spec.targetsPer === 'step'
        ? nest(outputs, steps, spec.outputSize)
        : nest(outputs, 1, spec.outputSize).map(([row]) => row),
  };
}

/** [steps, rows, size] to [rows][steps][size]. */
function nest(values: Float32Array | Int32Array, numSteps: number, size: number): number[][][] {
  return Array.from({ length: rows }, (_, row) =>
    Array.from({ length: numSteps }, (__, step) =>
      Array.from(values.subarray((step * rows + row) * size, (step * rows + row + 1) * size)),
    ),
  );
}
