// A model for plain tfjs: model.json and its weights, as tf.loadLayersModel reads them (the format of tfjs-layers, Keras 2's names).
import { ConfigError } from '../errors.js';
import type { NamedTensor } from '../tensor/safetensors.js';
import { layerInputSize, type Cell, type ModelSpec } from '../params/model-spec.js';
import { kerasTensors } from './keras-weights.js';
import type { ExportedFile, TrainedModel } from './trained-model.js';

type LayerConfig = { readonly class_name: string; readonly config: Readonly<Record<string, unknown>> };

const classes = { rnn: 'SimpleRNN', relu: 'SimpleRNN', lstm: 'LSTM' } as const satisfies Partial<Record<Cell, string>>;

/** Writes model.json and weights.bin. Throws ConfigError EXPORT_UNSUPPORTED for a GRU: tfjs has only the one that resets before. */
export function exportToTfjs(model: TrainedModel): ExportedFile[] {
  const weights = kerasTensors(model);
  const topology = {
    class_name: 'Sequential',
    config: { name: 'bridle', layers: layersOf(model.spec) },
    keras_version: 'tfjs-layers 4.22.0',
    backend: 'tensor_flow.js',
  };
  const manifest = {
    format: 'layers-model',
    generatedBy: 'bridle',
    convertedBy: null,
    modelTopology: topology,
    weightsManifest: [
      { paths: ['weights.bin'], weights: weights.map(({ name, shape }) => ({ name, shape, dtype: 'float32' })) },
    ],
  };
  return [
    { name: 'model.json', content: `${JSON.stringify(manifest, null, 1)}\n` },
    { name: 'weights.bin', content: join(weights) },
  ];
}

function classOf(cell: Cell): string {
  if (cell !== 'gru') return classes[cell];
  throw new ConfigError(
    'EXPORT_UNSUPPORTED',
    "tfjs has no GRU that applies its reset gate after the product, as bridle's and PyTorch's does. Use --format onnx, or train an LSTM.",
  );
}

function layersOf(spec: ModelSpec): LayerConfig[] {
  const { inputs, inputSize, outputSize, layers, targetsPer } = spec;
  const first: LayerConfig =
    inputs === 'dense'
      ? {
          class_name: 'InputLayer',
          config: { batch_input_shape: [null, null, inputSize], dtype: 'float32', sparse: false, name: 'inputs' },
        }
      : {
          class_name: 'Embedding',
          config: {
            input_dim: inputSize,
            output_dim: layerInputSize(spec, 0),
            name: 'embedding',
            batch_input_shape: [null, null],
            dtype: 'float32',
          },
        };
  const recurrent = Array.from({ length: layers }, (_, layer) =>
    recurrentLayer(spec, layer, layer + 1 < layers || targetsPer === 'step'),
  );
  const head = {
    class_name: 'Dense',
    config: { units: outputSize, activation: 'linear', use_bias: true, name: 'head' },
  };
  return [first, ...recurrent, head];
}

function recurrentLayer({ cell, hiddenSize, bidirectional }: ModelSpec, layer: number, isWhole: boolean): LayerConfig {
  const class_name = classOf(cell);
  const config = {
    name: bidirectional ? 'run' : `rnn_${layer}`,
    units: hiddenSize,
    activation: cell === 'relu' ? 'relu' : 'tanh',
    ...(cell === 'lstm' && { recurrent_activation: 'sigmoid' }), // its own default is another function
    use_bias: true,
    return_sequences: isWhole,
  };
  if (!bidirectional) return { class_name, config };
  const inner = { class_name, config };
  return { class_name: 'Bidirectional', config: { name: `rnn_${layer}`, merge_mode: 'concat', layer: inner } };
}

function join(tensors: readonly NamedTensor[]): Uint8Array {
  const all = new Float32Array(tensors.reduce((size, { values }) => size + values.length, 0));
  let at = 0;
  for (const { values } of tensors) {
    all.set(values, at);
    at += values.length;
  }
  return new Uint8Array(all.buffer);
}
