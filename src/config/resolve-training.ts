// Settled values in, the coordinator's training options out.
import type { TrainingOptions } from '../coordinator/training-options.js';
import type { OwnData } from '../data/define-data.js';
import type { DataOptions } from '../data/load-dataset.js';
import { ConfigError } from '../errors.js';
import type { ScheduleOptions } from '../optim/schedule.js';
import { needsTfjs, type TfjsParts } from '../params/model-spec.js';
import { resolveClip } from './clip-rules.js';
import { isDataModule } from './data-type.js';
import type { Values } from './schema.js';

function resolveData(values: Values, given: OwnData | undefined): DataOptions {
  const { data, dataPath: paths = [], dataLength: length = 0, dataExamples: examples = 0, seed } = values;
  const fractions = { validFraction: values.dataValidFraction ?? 0, testFraction: values.dataTestFraction ?? 0 };
  if (isDataModule(data)) return { name: 'own', source: data };
  switch (data) {
    case 'program':
      if (given !== undefined) return { name: 'own', source: given };
      throw new ConfigError(
        'DATA_PROGRAM',
        "The run's data are a value that a program gave: only a program can give them again, with the library's data: defineData(...).",
      );
    case 'mnist-rows':
      return { name: data };
    case 'text':
      return { name: data, paths, length: values.bptt ?? length };
    case 'copy':
      return { name: data, delay: length, examples, seed };
    case 'temporal-order':
      return { name: data, length, examples, seed };
    case 'adding': {
      const minLength = values.dataMinLength === undefined ? {} : { minLength: values.dataMinLength };
      return { name: data, length, examples, seed, ...minLength };
    }
    case 'csv':
    case 'parquet': {
      const { dataColumns: columns, dataTargets: targets, dataHorizon: horizon = 1, dataScaling = 'standard' } = values;
      const chosen = { ...(columns && { columns }), ...(targets && { targets }) };
      return { name: data, paths, ...chosen, length, horizon, scaling: dataScaling, ...fractions };
    }
    case 'jsonl':
    case 'npy': {
      const classes = values.dataClasses === undefined ? {} : { classes: values.dataClasses };
      return { name: data, paths, ...classes, ...fractions };
    }
  }
}

function resolveSchedule(values: Values): ScheduleOptions {
  const { schedule, learningRate, warmupSteps, minLearningRate, decaySteps, decayFactor, patience } = values;
  const shape = { warmupSteps, minLearningRate, decaySteps, decayFactor, patience };
  // The coordinator knows the steps of an epoch, and fills in the total.
  return { name: schedule, learningRate, ...shape, totalSteps: 0 };
}

function resolveSpikes({ onSpike, spikeFactor, spikeWindow, rollbackEvery }: Values): Pick<TrainingOptions, 'spikes'> {
  if (onSpike === 'none') return {};
  return { spikes: { reaction: onSpike, factor: spikeFactor, window: spikeWindow, rollbackEvery } };
}

/** What is off is left out: the model, and with it checkpoints, stay what they were before there was such a choice. */
function resolveTfjsParts(values: Values): Pick<TrainingOptions, 'tfjsParts'> {
  const { norm, zoneout, zoneoutCell, variationalDropout, recurrentDropout, omega } = values;
  const amounts = { zoneout, zoneoutCell, variationalDropout, recurrentDropout, omega };
  const given = Object.fromEntries(Object.entries(amounts).filter(([, amount]) => amount > 0));
  const tfjsParts: TfjsParts = { ...(norm !== 'none' && { norm }), ...given };
  return needsTfjs(tfjsParts) ? { tfjsParts } : {};
}

function resolveEnd({ steps, epochs }: Values): { readonly steps: number } | { readonly epochs: number } {
  if (steps !== undefined) return { steps };
  if (epochs !== undefined) return { epochs };
  throw new ConfigError('RUN_END', 'Neither steps nor epochs say where the run ends. Give one of the two.');
}

/**
 * Resolves the values of a settled command line (dependent defaults filled in) to what fixes a training run. `data`: what a
 * program gave. Throws ConfigError DATA_PROGRAM where the run needs that and it is not there.
 */
export function resolveTraining(values: Values, data?: OwnData): TrainingOptions {
  const { model, initFrom, evaluateEvery, saveEvery } = values;
  return {
    data: resolveData(values, data),
    ...(model === undefined ? {} : { model }),
    cell: values.cell,
    layers: values.layers,
    hiddenSize: values.hiddenSize,
    bidirectional: values.bidirectional,
    ...(values.embedding === undefined ? {} : { embeddingSize: values.embedding }),
    dropout: values.dropout,
    ...resolveTfjsParts(values),
    ...(values.loss === undefined ? {} : { loss: values.loss }),
    initializer: {
      input: values.initializer,
      recurrent: values.recurrentInitializer ?? 'orthogonal',
      output: values.outputInitializer ?? values.initializer,
      forgetBias: values.forgetBias,
      ...(values.chronoSteps === undefined ? {} : { chronoSteps: values.chronoSteps }),
    },
    ...(initFrom === undefined ? {} : { initFrom }),
    ...(values.bptt === undefined ? {} : { carriesState: true }),
    globalBatch: values.globalBatch,
    shards: values.shards,
    dropLast: values.dropLast,
    bucket: values.bucket,
    wire: values.wire,
    ...resolveEnd(values),
    seed: values.seed,
    optimizer: {
      name: values.optimizer,
      momentum: values.momentum,
      nesterov: values.nesterov,
      alpha: values.alpha,
      amsgrad: values.amsgrad,
      beta1: values.beta1,
      beta2: values.beta2,
      epsilon: values.epsilon,
      weightDecay: values.weightDecay ?? 0,
    },
    schedule: resolveSchedule(values),
    clip: resolveClip(values.clip, values.maxNorm),
    l1: values.l1,
    l2: values.l2,
    onNonFinite: values.onNonfinite,
    ...resolveSpikes(values),
    saveSpikes: values.saveSpikes,
    ...(values.diagnose === undefined ? {} : { diagnoseEvery: values.diagnose }),
    ...(evaluateEvery === undefined ? {} : { evaluateEvery }),
    ...(saveEvery === undefined ? {} : { saveEvery }),
    keep: values.keep,
    backend: values.backend,
    execution: values.execution,
    allowMixedKernels: values.allowMixedKernels,
    minWorkers: values.minWorkers,
  };
}
