// A model of the user's own as the coordinator reads it, without tfjs: what it is, and its first weights.
import type { DataSpec } from '../data/data-spec.js';
import { ConfigError } from '../errors.js';
import type { LossName } from '../params/model-spec.js';
import type { OwnModelSpec } from '../params/own-model-spec.js';
import { readLayersFile } from './layers-file.js';
import { describeModuleModel, loadModuleModel } from './module-model.js';

export interface OwnModel {
  readonly spec: OwnModelSpec;
  readonly firstParams: (seed: number) => Float32Array;
}

/** A LayersModel comes as JSON, everything else is a module. */
export function isLayersFile(path: string): boolean {
  return path.endsWith('.json');
}

/** Reads the model for `data`. `loss` is asked for where the model has none of its own. */
export async function readOwnModel(path: string, data: DataSpec, loss: () => LossName): Promise<OwnModel> {
  if (isLayersFile(path)) {
    const { spec, readWeights } = await readLayersFile(path, loss());
    const weights = await readWeights();
    return { spec, firstParams: () => weights };
  }
  return describeModuleModel(path, await loadModuleModel(path), data);
}

/** What fits into the message that tells workers of the run. */
const maxSpecBytes = 60_000;

/** Refuses a model that cannot be told to workers. Throws ConfigError MODEL_TOO_LARGE. */
export function requireTellable({ name, files, params }: OwnModelSpec): void {
  const bytes = Buffer.byteLength(JSON.stringify({ files, params }));
  if (bytes <= maxSpecBytes) return;
  const message = `${name} has ${params.length} parameters and ${files.length} files, whose names take ${bytes} bytes; workers can be told ${maxSpecBytes}. Join some of them.`;
  throw new ConfigError('MODEL_TOO_LARGE', message);
}
