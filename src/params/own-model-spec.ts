// What a model of the user's own is, as a value: which files it consists of, and its parameters. Code never travels.
import { ConfigError } from '../errors.js';
import { layTensors, type Layout, type ParameterGroup } from '../tensor/layout.js';
import { layoutOfModel } from './layout-of-model.js';
import type { LossName, ModelSpec } from './model-spec.js';

export interface OwnParam {
  readonly name: string;
  readonly shape: readonly number[];
  readonly group: ParameterGroup;
}

/** `module`: a module that calls `defineModel`. `layers`: a tf.LayersModel in a model.json. */
export interface OwnModelSpec {
  readonly own: 'module' | 'layers';
  /** For people. */
  readonly name: string;
  /** Paths from the model's folder, and the SHA-256 of each: equal lists are equal models. */
  readonly files: readonly { readonly path: string; readonly sha256: string }[];
  readonly params: readonly OwnParam[];
  /** Of a LayersModel; a module has a loss of its own. */
  readonly loss?: LossName;
}

export type AnyModelSpec = ModelSpec | OwnModelSpec;

export function isOwnModel(spec: AnyModelSpec): spec is OwnModelSpec {
  return 'own' in spec;
}

/** Returns a built-in model. Throws ConfigError MODEL_BUILT_IN for another; `what` is what cannot be done with that. */
export function requireBuiltIn(spec: AnyModelSpec, what: string): ModelSpec {
  if (!isOwnModel(spec)) return spec;
  throw new ConfigError('MODEL_BUILT_IN', `${what} knows the built-in models alone, not ${spec.name}.`);
}

/** Lays out the parameters of any model. */
export function layoutOfAnyModel(spec: AnyModelSpec): Layout {
  return isOwnModel(spec) ? layTensors(spec.params) : layoutOfModel(spec);
}
