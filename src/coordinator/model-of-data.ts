// The model that fits a data set: inputs and outputs come from the data, the rest from the user.
import type { DataSpec } from '../data/data-spec.js';
import type { ModelSpec } from '../params/model-spec.js';
import type { TrainingOptions } from './training-options.js';

/** Each kind of target has its loss: nats for classes and keys, squared error for numbers. */
const losses = { class: 'softmax', value: 'squared-error', keys: 'binary' } as const;

export function modelOfData(
  data: DataSpec,
  options: Pick<TrainingOptions, 'cell' | 'layers' | 'hiddenSize'>,
): ModelSpec {
  const { inputs, targets } = data;
  return {
    cell: options.cell,
    layers: options.layers,
    inputs: inputs.kind,
    inputSize: inputs.kind === 'ids' ? inputs.vocabulary : inputs.features,
    hiddenSize: options.hiddenSize,
    outputSize: targets.kind === 'class' ? targets.classes : targets.size,
    loss: losses[targets.kind],
    targetsPer: targets.per,
  };
}
