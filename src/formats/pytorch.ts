// A model for PyTorch: its weights under PyTorch's names, and a module of one page that takes them as they are.
import { layerInputSize, layerWidth, type Cell, type ModelSpec } from '../params/model-spec.js';
import { layoutOfModel } from '../params/layout-of-model.js';
import { encodeSafetensors } from '../tensor/safetensors.js';
import { viewTensor } from '../tensor/layout.js';
import type { ExportedFile, TrainedModel } from './trained-model.js';

const modules = { rnn: 'RNN', relu: 'RNN', lstm: 'LSTM', gru: 'GRU' } as const satisfies Record<Cell, string>;

/** Writes model.safetensors and model.py, whose `load()` gives the module. */
export function exportToPyTorch({ spec, params }: TrainedModel): ExportedFile[] {
  const tensors = layoutOfModel(spec).tensors.map((tensor) => ({ ...tensor, values: viewTensor(params, tensor) }));
  return [
    { name: 'model.safetensors', content: encodeSafetensors(tensors, { format: 'pt' }) },
    { name: 'model.py', content: formatModule(spec) },
  ];
}

function formatModule(spec: ModelSpec): string {
  const { cell, layers, hiddenSize, inputSize, embeddingSize, outputSize, bidirectional = false } = spec;
  const options = [
    layerInputSize(spec, 0),
    hiddenSize,
    `num_layers=${layers}`,
    ...(cell === 'relu' ? ["nonlinearity='relu'"] : []),
    ...(bidirectional ? ['bidirectional=True'] : []),
    ...(spec.dropout ? [`dropout=${spec.dropout}`] : []),
    'batch_first=True',
  ];
  const isPerStep = spec.targetsPer === 'step';
  const reads =
    spec.inputs === 'dense'
      ? 'inputs'
      : embeddingSize === undefined
        ? `one_hot(inputs, ${inputSize}).float()`
        : 'self.embedding(inputs)';
  return `"""A model trained by bridle: load() gives the module with its weights."""
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch.nn.functional import one_hot
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence


class Model(torch.nn.Module):
    def __init__(self):
        super().__init__()
${embeddingSize === undefined ? '' : `        self.embedding = torch.nn.Embedding(${inputSize}, ${embeddingSize})\n`}\
        self.rnn = torch.nn.${modules[cell]}(${options.join(', ')})
        self.head = torch.nn.Linear(${layerWidth(spec)}, ${outputSize})

    def forward(self, inputs, lengths=None, state=None):
        """inputs: ${spec.inputs === 'ids' ? 'ids [batch, steps]' : `[batch, steps, ${inputSize}]`}; lengths: [batch], all steps by default.
        Returns ${spec.loss === 'squared-error' ? 'values' : 'logits'} ${isPerStep ? `[batch, steps, ${outputSize}]` : `[batch, ${outputSize}]`} and the final state."""
        batch, steps = inputs.shape[:2]
        if lengths is None:
            lengths = torch.full((batch,), steps)
        values = ${reads}
        packed = pack_padded_sequence(values, lengths.cpu(), batch_first=True, enforce_sorted=False)
        outputs, state = self.rnn(packed, state)
${
  isPerStep
    ? '        read, _ = pad_packed_sequence(outputs, batch_first=True, total_length=steps)\n'
    : `        hidden = ${cell === 'lstm' ? 'state[0]' : 'state'}[-${bidirectional ? 2 : 1}:]  # the last layer's, of each direction
        read = hidden.transpose(0, 1).reshape(batch, ${layerWidth(spec)})\n`
}\
        return self.head(read), state


def load(folder=Path(__file__).parent):
    model = Model()
    model.load_state_dict(load_file(Path(folder) / 'model.safetensors'))
    return model.eval()
`;
}
