// A model for Keras 3: its weights under the paths of Keras's variables, and a page that builds the model and assigns them.
import type { Cell, ModelSpec } from '../params/model-spec.js';
import { encodeSafetensors } from '../tensor/safetensors.js';
import { kerasTensors } from './keras-weights.js';
import type { ExportedFile, TrainedModel } from './trained-model.js';

const classes = { rnn: 'SimpleRNN', relu: 'SimpleRNN', lstm: 'LSTM', gru: 'GRU' } as const satisfies Record<
  Cell,
  string
>;
const words = { rnn: 'simple_rnn', relu: 'simple_rnn', lstm: 'lstm', gru: 'gru' } as const satisfies Record<
  Cell,
  string
>;

/** Writes model.safetensors and model.py, whose `load()` gives the model. */
export function exportToKeras(model: TrainedModel): ExportedFile[] {
  return [
    { name: 'model.safetensors', content: encodeSafetensors(kerasTensors(model, `/${words[model.spec.cell]}_cell`)) },
    { name: 'model.py', content: formatScript(model.spec) },
  ];
}

function formatScript(spec: ModelSpec): string {
  const { cell, inputs, inputSize, embeddingSize = inputSize, layers, hiddenSize, outputSize, bidirectional } = spec;
  const recurrent = Array.from({ length: layers }, (_, layer) => {
    const isWhole = layer + 1 < layers || spec.targetsPer === 'step';
    const options = [
      String(hiddenSize),
      ...(cell === 'relu' ? ["activation='relu'"] : []),
      ...(isWhole ? ['return_sequences=True'] : []),
    ];
    const name = `name='rnn_${layer}'`;
    const made = (...last: string[]): string => `keras.layers.${classes[cell]}(${[...options, ...last].join(', ')})`;
    return bidirectional ? `keras.layers.Bidirectional(${made("name='run'")}, ${name})` : made(name);
  });
  const first =
    inputs === 'dense'
      ? [`keras.Input((None, ${inputSize}))`]
      : [
          "keras.Input((None,), dtype='int32')",
          `keras.layers.Embedding(${inputSize}, ${embeddingSize}, name='embedding'${spec.embeddingSize === undefined ? ', trainable=False' : ''})`,
        ];
  const built = [...first, ...recurrent, `keras.layers.Dense(${outputSize}, name='head')`];
  return `"""A model trained by bridle: load() gives the Keras model with its weights. Outputs are ${spec.loss === 'squared-error' ? 'values' : 'logits'}.
Sequences of unlike lengths go in one by one: there is no mask."""
from pathlib import Path

import keras
from safetensors.numpy import load_file


def build():
    return keras.Sequential([
${built.map((layer) => `        ${layer},\n`).join('')}    ])


def load(folder=Path(__file__).parent):
    model = build()
    weights = load_file(Path(folder) / 'model.safetensors')
    for variable in model.weights:
        variable.assign(weights[variable.path.split('/', 1)[1]])
    return model
`;
}
