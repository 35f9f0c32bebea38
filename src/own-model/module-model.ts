// A model in a module of the user's: imported, and held to the face of `defineModel`.
import { basename, dirname, resolve } from 'node:path';
import type { DataSpec } from '../data/data-spec.js';
import { ConfigError } from '../errors.js';
import type { ModelDefinition } from '../model/define-model.js';
import { describeThrown, importDefault } from '../modules/import-module.js';
import { readModuleFiles } from '../modules/module-files.js';
import { firstOwnParams, paramsOf, readDeclarations, type ParamDeclaration } from '../params/own-params.js';
import type { OwnModelSpec } from '../params/own-model-spec.js';

const example = 'export default defineModel({ params, lossAndCounts })';

export interface ModuleModel {
  readonly files: OwnModelSpec['files'];
  readonly definition: ModelDefinition;
}

/** Imports the model. Throws ConfigError MODULE_..., MODEL_DEFINITION. */
export async function loadModuleModel(path: string): Promise<ModuleModel> {
  const files = await readModuleFiles(path);
  const paths = files.map((file) => (file.path === '.' ? path : resolve(dirname(path), file.path)));
  const value = await importDefault(path, paths, example);
  const refuse = (problem: string): ConfigError =>
    new ConfigError('MODEL_DEFINITION', `${path}: ${problem}: ${example}.`);
  if (typeof value !== 'object' || value === null)
    throw refuse(`its default export must be an object, got ${typeof value}`);
  const { lossAndCounts, ...others } = value as Readonly<Record<string, unknown>>;
  if (typeof lossAndCounts !== 'function')
    throw refuse(`lossAndCounts must be a function, got ${typeof lossAndCounts}`);
  const unknown = Object.keys(others).find((key) => key !== 'params');
  if (unknown !== undefined) throw refuse(`its default export has "${unknown}", which means nothing here`);
  return { files, definition: value as ModelDefinition };
}

/** Says what the model is for this data, and makes its first weights. Throws ConfigError MODEL_PARAMS. */
export function describeModuleModel(
  path: string,
  { files, definition }: ModuleModel,
  data: DataSpec,
): { spec: OwnModelSpec; firstParams: (seed: number) => Float32Array } {
  const declarations = readDeclarations(declaredFor(path, definition, data), path);
  return {
    spec: { own: 'module', name: basename(path), files, params: paramsOf(declarations) },
    firstParams: (seed) => firstOwnParams(declarations, seed),
  };
}

function declaredFor(
  path: string,
  { params }: ModelDefinition,
  data: DataSpec,
): Readonly<Record<string, ParamDeclaration>> {
  if (typeof params !== 'function') return params;
  try {
    return params(structuredClone(data));
  } catch (cause) {
    throw new ConfigError('MODEL_PARAMS', `${path}: its function params failed: ${describeThrown(cause)}`, { cause });
  }
}
