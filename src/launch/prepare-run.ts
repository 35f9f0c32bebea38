// What can be refused before a run has a folder: data that cannot be read, weights that do not fit.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { decodeManifest } from '../checkpoint/manifest.js';
import { chooseLoss } from '../coordinator/model-of-data.js';
import { planRun, type RunPlan } from '../coordinator/run-plan.js';
import type { TrainingOptions } from '../coordinator/training-options.js';
import type { DataSpec } from '../data/data-spec.js';
import { loadDataset } from '../data/load-dataset.js';
import { differenceOf, type Preprocessing } from '../data/preprocessing.js';
import { ConfigError } from '../errors.js';
import { layForeignWeights } from '../formats/foreign-weights.js';
import { readOwnModel, requireTellable, type OwnModel } from '../own-model/read-own-model.js';
import { initialParams } from '../params/initial-params.js';
import type { ModelSpec } from '../params/model-spec.js';
import { isOwnModel, requireBuiltIn } from '../params/own-model-spec.js';
import type { Layout } from '../tensor/layout.js';
import { decodeSafetensors } from '../tensor/safetensors.js';

export interface PreparedRun {
  readonly plan: RunPlan;
  /** Makes the weights of step 0; a resumed run never asks for them. */
  readonly firstParams: () => Float32Array;
}

export async function prepareRun(training: TrainingOptions): Promise<PreparedRun> {
  const dataset = await loadDataset(training.data);
  const ownModel = await readModelOf(training, dataset.spec);
  const plan = planRun(dataset, training, ownModel?.spec);
  if (training.initFrom === undefined) {
    const firstParams = (): Float32Array =>
      ownModel
        ? ownModel.firstParams(training.seed)
        : initialParams(requireBuiltIn(plan.model, '--initializer'), training.initializer, training.seed);
    return { plan, firstParams };
  }
  await requireSamePreprocessing(training.initFrom, plan.dataset.preprocessing);
  const { initFrom } = training;
  const params = isOwnModel(plan.model)
    ? await readOwnParams(initFrom, plan.layout)
    : await readParams(initFrom, plan.model);
  return { plan, firstParams: () => params };
}

async function readModelOf(training: TrainingOptions, data: DataSpec): Promise<OwnModel | undefined> {
  if (training.model === undefined) return undefined;
  const ownModel = await readOwnModel(training.model, data, () => chooseLoss(data, training.loss));
  requireTellable(ownModel.spec);
  return ownModel;
}

/** Refuses weights out of one of bridle's checkpoints whose inputs or outputs meant something else. */
async function requireSamePreprocessing(path: string, now: Preprocessing | undefined): Promise<void> {
  const manifestPath = join(dirname(path), 'manifest.json');
  if (!existsSync(manifestPath)) return;
  const { data } = decodeManifest(await readFile(manifestPath, 'utf8'), manifestPath);
  const part = differenceOf(data.preprocessing, now);
  if (part === undefined || data.preprocessing === undefined) return;
  throw new ConfigError(
    'DATA_PREPROCESSING',
    `--init-from ${path}: its checkpoint was trained with another ${part} than this data has (${manifestPath}). Give the same data, or copy the weights alone to another folder to start from them all the same.`,
  );
}

/** Reads weights by their names, PyTorch's or Keras's. Throws ConfigError INIT_FROM_MISMATCH with all that does not fit. */
async function readParams(path: string, model: ModelSpec): Promise<Float32Array> {
  const { tensors } = decodeSafetensors(await readFile(path), path);
  const { params, problems } = layForeignWeights(model, tensors);
  if (problems.length === 0) return params;
  throw new ConfigError(
    'INIT_FROM_MISMATCH',
    `--init-from ${path}: ${problems.join('; ')}. Give the file's own --cell, --layers, --hidden-size, --bidirectional and --embedding.`,
  );
}

/** Reads the weights of a model of the user's own: every tensor must be there in its shape. */
async function readOwnParams(path: string, layout: Layout): Promise<Float32Array> {
  const { tensors } = decodeSafetensors(await readFile(path), path);
  const params = new Float32Array(layout.size);
  for (const { name, shape, offset } of layout.tensors) {
    const found = tensors.get(name);
    if (found?.shape.join() !== shape.join()) {
      const got = found ? `[${found.shape.join(', ')}]` : 'none';
      throw new ConfigError(
        'INIT_FROM_MISMATCH',
        `--init-from ${path}: wanted tensor ${name} of shape [${shape.join(', ')}], got ${got}. Give the weights of this --model.`,
      );
    }
    params.set(found.values, offset);
  }
  return params;
}
