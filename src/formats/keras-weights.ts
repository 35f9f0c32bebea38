// The weights of a model as Keras has them: matrices for products from the left, gates i f c o (LSTM) and z r h (GRU).
import type { Cell } from '../params/model-spec.js';
import type { NamedTensor } from '../tensor/safetensors.js';
import { identity, reorderGates, stack, sum, transpose, weightsOf } from './trained-model.js';
import type { RunWeights, Tensor, TrainedModel } from './trained-model.js';

interface KerasWeights {
  readonly kernel: Tensor; // [in, G*H]
  readonly recurrentKernel: Tensor; // [H, G*H]
  readonly bias: Tensor; // [G*H]; GRU, reset after: [2, G*H]
}

/** Which of PyTorch's blocks comes i-th in Keras; LSTMs agree. */
export const kerasGates = {
  rnn: [0],
  relu: [0],
  lstm: [0, 1, 2, 3],
  gru: [1, 0, 2],
} as const satisfies Record<Cell, readonly number[]>;

/** Lays one direction's weights out for Keras; where a cell adds both biases up, Keras has their sum. */
function kerasWeightsOf(cell: Cell, run: RunWeights): KerasWeights {
  const order = kerasGates[cell];
  const reorder = (tensor: Tensor): Tensor => reorderGates(tensor, order);
  return {
    kernel: transpose(reorder(run.inputWeight)),
    recurrentKernel: transpose(reorder(run.hiddenWeight)),
    bias:
      cell === 'gru' ? stack([reorder(run.inputBias), reorder(run.hiddenBias)]) : sum(run.inputBias, run.hiddenBias),
  };
}

/**
 * Names all of a model's weights as Keras names variables: `rnn_0/kernel`, `rnn_1/backward_run/bias`, `head/kernel`. `ofCell` comes
 * after a layer's path. Ids without an embedding have one that gives their one-hot vectors.
 */
export function kerasTensors(model: TrainedModel, ofCell = ''): NamedTensor[] {
  const { spec } = model;
  const { embedding, layers, headWeight, headBias } = weightsOf(model);
  const table = spec.inputs === 'ids' ? (embedding ?? identity(spec.inputSize)) : undefined;
  const recurrent = layers.flatMap((directions, layer) =>
    directions.flatMap((run, direction) => {
      const { kernel, recurrentKernel, bias } = kerasWeightsOf(spec.cell, run);
      const inner = directions.length === 1 ? '' : `/${direction === 0 ? 'forward' : 'backward'}_run`;
      const path = `rnn_${layer}${inner}${ofCell}`;
      return [
        { name: `${path}/kernel`, ...kernel },
        { name: `${path}/recurrent_kernel`, ...recurrentKernel },
        { name: `${path}/bias`, ...bias },
      ];
    }),
  );
  return [
    ...(table ? [{ name: 'embedding/embeddings', ...table }] : []),
    ...recurrent,
    { name: 'head/kernel', ...transpose(headWeight) },
    { name: 'head/bias', ...headBias },
  ];
}
