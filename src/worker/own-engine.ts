// The engine of a user's own model: tfjs, and the model's files as this worker has them, compared with the coordinator's.
import type { BackendName } from '../backend/backend.js';
import { createCapturedRunner } from '../backend/capture/captured-runner.js';
import { loadBackend } from '../backend/load-backend.js';
import { findSecondTfjs, watchTfjs } from '../backend/second-tfjs.js';
import type { DataSpec } from '../data/data-spec.js';
import { ConfigError } from '../errors.js';
import type { ModelDefinition } from '../model/define-model.js';
import { layersLossAndCounts, loadLayers } from '../model/layers-model.js';
import { createOwnNetwork } from '../model/own-network.js';
import { eagerRunner } from '../model/step-runner.js';
import type { Tfjs } from '../model/tfjs.js';
import { describeThrown } from '../modules/import-module.js';
import { findOtherFile } from '../modules/module-files.js';
import { readLayersFile } from '../own-model/layers-file.js';
import { describeModuleModel, loadModuleModel } from '../own-model/module-model.js';
import { isLayersFile } from '../own-model/read-own-model.js';
import { isOwnModel, type OwnModelSpec } from '../params/own-model-spec.js';
import type { Engine, EngineOptions, NetworkRun } from './engine.js';

/** The model as this worker has it. */
interface LocalModel {
  readonly files: OwnModelSpec['files'];
  describe(data: DataSpec): OwnModelSpec;
  lossOf(spec: OwnModelSpec): ModelDefinition['lossAndCounts'];
}

/**
 * Loads tfjs on the backend `name`, then the model.
 * Throws what `loadBackend`, `loadModuleModel` and `readLayersFile` throw, MODEL_BACKEND and TF_LOADED_TWICE.
 */
export async function loadOwnEngine(name: BackendName, path: string, options: EngineOptions): Promise<Engine> {
  if (name === 'native') throw new ConfigError('MODEL_BACKEND', `${path} needs tfjs; the backend native has none.`);
  const { tf, kernelId, description } = await loadBackend(name, options);
  const model = isLayersFile(path) ? await loadLayersModel(tf, path) : await loadOwnModule(tf, path);
  const isCaptured = options.execution === 'captured';
  return {
    name,
    kernelId,
    description: `${description}, ${isCaptured ? 'captured' : 'eager'}`,
    createNetwork: (run) => {
      const wanted = requireSameFiles(path, model.files, run);
      requireSameParams(path, wanted, model.describe(run.data));
      const runner = isCaptured ? createCapturedRunner(tf, options) : eagerRunner;
      const { params } = wanted;
      const lossAndCounts = model.lossOf(wanted);
      const network = createOwnNetwork(tf, { params, data: run.data, lossAndCounts, runner, describeThrown });
      return { network, isStacked: false };
    },
  };
}

async function loadOwnModule(tf: Tfjs, path: string): Promise<LocalModel> {
  const watch = watchTfjs(tf);
  const model = await loadModuleModel(path);
  const second = findSecondTfjs(watch);
  if (second !== undefined) {
    const message = `${path} imports another copy of tfjs (${second}). Use the "tf" that lossAndCounts is given, and import none.`;
    throw new ConfigError('TF_LOADED_TWICE', message);
  }
  return {
    files: model.files,
    describe: (data) => describeModuleModel(path, model, data).spec,
    lossOf: () => model.definition.lossAndCounts,
  };
}

async function loadLayersModel(tf: Tfjs, path: string): Promise<LocalModel> {
  const { spec, modelTopology } = await readLayersFile(path);
  const layers = await loadLayers(tf, path, modelTopology);
  const names = spec.params.map((param) => param.name);
  return {
    files: spec.files,
    describe: () => spec,
    lossOf: ({ loss = 'squared-error' }) => layersLossAndCounts(layers, path, names, loss),
  };
}

function requireSameFiles(path: string, files: OwnModelSpec['files'], { model }: NetworkRun): OwnModelSpec {
  if (!isOwnModel(model)) {
    const message = `The run trains a built-in model, not ${path}. Leave --model out on this worker.`;
    throw new ConfigError('MODEL_UNEXPECTED', message);
  }
  const file = findOtherFile(model.files, files);
  if (file === undefined) return model;
  const which = file === '.' ? 'this file' : `its file ${file}`;
  const message = `${path}: ${which} differs from the coordinator's ${model.name}. Copy the coordinator's files to this worker.`;
  throw new ConfigError('MODEL_MISMATCH', message);
}

/** Equal files that declare other parameters read something from outside: the clock, the environment, a package. */
function requireSameParams(path: string, wanted: OwnModelSpec, got: OwnModelSpec): void {
  const show = (param: OwnModelSpec['params'][number] | undefined): string =>
    param ? `${param.name} [${param.shape.join(', ')}]` : 'none';
  for (let i = 0; i < Math.max(wanted.params.length, got.params.length); i++) {
    const [theirs, ours] = [show(wanted.params[i]), show(got.params[i])];
    if (theirs === ours) continue;
    const message = `${path} declares the parameter ${ours} here and ${theirs} on the coordinator. Its params must depend on the data alone.`;
    throw new ConfigError('MODEL_MISMATCH', message);
  }
}
