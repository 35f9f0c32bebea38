// The model that fits a data set: inputs and outputs come from the data, the rest from the user.
import type { DataSpec, TargetSpec } from '../data/data-spec.js';
import { ConfigError } from '../errors.js';
import type { LossName, ModelSpec } from '../params/model-spec.js';
import type { TrainingOptions } from './training-options.js';

/** The losses of each kind of target, first the one it has by itself: nats for classes and keys, squared error for numbers. */
const losses: Readonly<Record<TargetSpec['kind'], readonly [LossName, ...LossName[]]>> = {
  class: ['softmax'],
  value: ['squared-error', 'binary'],
  keys: ['binary', 'squared-error'],
};

type ModelChoices = Pick<
  TrainingOptions,
  'cell' | 'layers' | 'hiddenSize' | 'bidirectional' | 'embeddingSize' | 'dropout' | 'loss' | 'tfjsParts'
>;

/** Makes the model of a data set. Throws `LOSS_TARGETS`, `EMBEDDING_INPUTS` for what does not fit the data. */
export function modelOfData(data: DataSpec, options: ModelChoices): ModelSpec {
  const { inputs, targets } = data;
  const { bidirectional = false, embeddingSize, dropout = 0 } = options;
  if (embeddingSize !== undefined && inputs.kind !== 'ids') {
    throw new ConfigError(
      'EMBEDDING_INPUTS',
      `--embedding ${embeddingSize} needs ids as inputs; ${data.name} has vectors of ${inputs.features} numbers. Leave it out.`,
    );
  }
  // What is off is left out: the spec, and with it checkpoints, stay what they were before there was such a choice.
  return {
    cell: options.cell,
    layers: options.layers,
    inputs: inputs.kind,
    inputSize: inputs.kind === 'ids' ? inputs.vocabulary : inputs.features,
    hiddenSize: options.hiddenSize,
    outputSize: targets.kind === 'class' ? targets.classes : targets.size,
    loss: chooseLoss(data, options.loss),
    targetsPer: targets.per,
    ...(bidirectional ? { bidirectional } : {}),
    ...(embeddingSize === undefined ? {} : { embeddingSize }),
    ...(dropout > 0 ? { dropout } : {}),
    ...options.tfjsParts,
    ...(options.tfjsParts?.norm === 'batch-step' ? { normSteps: data.maxLength } : {}),
  };
}

/** The loss asked for, or the one that the targets have by themselves. Throws `LOSS_TARGETS`. */
export function chooseLoss({ name, targets }: DataSpec, wanted: LossName | undefined): LossName {
  const fitting = losses[targets.kind];
  if (wanted === undefined || fitting.includes(wanted)) return wanted ?? fitting[0];
  throw new ConfigError(
    'LOSS_TARGETS',
    `--loss ${wanted} does not fit the targets of ${name} (${targets.kind}), which take ${fitting.join(' or ')}. Leave it out.`,
  );
}
