// Parameters that a user's model declares: checked, and filled at the start.
import { ConfigError } from '../errors.js';
import { randomStream } from '../random/random-stream.js';
import { layTensors, parameterGroups, viewTensor, type ParameterGroup } from '../tensor/layout.js';
import { fillMatrix, initializerNames, type Initializer } from './initializer.js';
import type { OwnParam } from './own-model-spec.js';

/** One parameter of a user's model. */
export interface ParamDeclaration {
  /** Matrices as tfjs multiplies them: [in, out]. */
  readonly shape: readonly number[];
  /** A name with or without a gain (`glorot-uniform`, `orthogonal:0.9`), or one number for all values. Default: glorot-uniform for matrices, 0 for vectors. */
  readonly initializer?: Initializer | number;
  /** Which penalties and weight decay count it. Default: `input` for matrices, `bias` for vectors. */
  readonly group?: ParameterGroup;
}

const nameForm = /^[A-Za-z_][\w./-]{0,199}$/;
const initializerForm = /^[a-z-]+(:-?\d+(\.\d+)?(e-?\d+)?)?$/;

/** Reads what a model declares; its order is the layout's. `place` is for messages. Throws ConfigError MODEL_PARAMS. */
export function readDeclarations(declared: unknown, place: string): Map<string, ParamDeclaration> {
  const refuse = (problem: string): ConfigError => new ConfigError('MODEL_PARAMS', `${place}: ${problem}.`);
  if (!isObject(declared)) throw refuse(`params must be an object of { shape }, got ${show(declared)}`);
  const entries = Object.entries(declared);
  if (entries.length === 0) throw refuse('params must name at least one parameter, got none');
  for (const [name, param] of entries) {
    if (!nameForm.test(name))
      throw refuse(`params has the name ${show(name)}: wanted letters, digits and . _ / - after a letter`);
    if (!isObject(param)) throw refuse(`params.${name} must be { shape: [...] }, got ${show(param)}`);
    const problem = findProblem(param as Readonly<Record<string, unknown>>);
    if (problem !== undefined) throw refuse(`params.${name}.${problem}`);
  }
  return new Map(entries as [string, ParamDeclaration][]);
}

function findProblem({ shape, initializer, group }: Readonly<Record<string, unknown>>): string | undefined {
  const isShape =
    Array.isArray(shape) && shape.length <= 6 && shape.every((size) => Number.isInteger(size) && (size as number) >= 1);
  if (!isShape) return `shape must be at most 6 whole numbers from 1, got ${show(shape)}`;
  if (group !== undefined && !(parameterGroups as readonly unknown[]).includes(group))
    return `group must be one of ${parameterGroups.join(', ')}, got ${show(group)}`;
  if (initializer === undefined || (typeof initializer === 'number' && Number.isFinite(initializer))) return undefined;
  const isKnown =
    typeof initializer === 'string' &&
    initializerForm.test(initializer) &&
    (initializerNames as readonly string[]).includes(initializer.split(':')[0]!);
  if (isKnown) return undefined;
  return `initializer must be a number or one of ${initializerNames.join(', ')}, got ${show(initializer)}`;
}

export function paramsOf(declarations: ReadonlyMap<string, ParamDeclaration>): OwnParam[] {
  return Array.from(declarations, ([name, { shape, group }]) => ({
    name,
    shape: [...shape],
    group: group ?? (shape.length > 1 ? 'input' : 'bias'),
  }));
}

/** Fills the parameters, each from its own stream (seed, name). A matrix is [in, out], of more dimensions [..., out]. */
export function firstOwnParams(declarations: ReadonlyMap<string, ParamDeclaration>, seed: number): Float32Array {
  const layout = layTensors(paramsOf(declarations));
  const params = new Float32Array(layout.size);
  for (const tensor of layout.tensors) {
    const { name, shape, size } = tensor;
    const { initializer = shape.length > 1 ? 'glorot-uniform' : 0 } = declarations.get(name)!;
    const values = viewTensor(params, tensor);
    if (typeof initializer === 'number') {
      values.fill(initializer);
      continue;
    }
    const columns = shape.at(-1) ?? 1;
    const rows = size / columns;
    const matrix = { rows, columns, blocks: 1, fanIn: rows, fanOut: columns, hiddenSize: rows };
    fillMatrix(values, matrix, initializer, randomStream(seed, `initial-params/${name}`));
  }
  return params;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function show(value: unknown): string {
  return JSON.stringify(value) ?? String(value);
}
