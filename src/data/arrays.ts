// Arrays of equally long sequences from .npy and .npz files: which array is what, and what its dtype and shape mean.
import { ConfigError } from '../errors.js';
import { buildDataset } from './build-dataset.js';
import type { InputColumn, TargetColumn } from './columns.js';
import type { DataSpec, InputSpec, TargetSpec } from './data-spec.js';
import { splitNames, type Dataset, type SplitName } from './dataset.js';
import { kindOf, openNpy, readNpyValues, type NpyArray } from './npy.js';
import { openNpz } from './npz.js';
import { PageStore } from './page-store.js';
import { openDataFile } from './read-data-file.js';
import { requireParts, splitByOrder, type SplitFractions } from './split-by-order.js';
import { SplitWriter } from './split-writer.js';

export interface ArrayOptions extends SplitFractions {
  readonly name: 'npy';
  /** One .npz file, or a .npy file of inputs and, unless the next step is wanted, one of targets. */
  readonly paths: readonly string[];
  /** Classes of the targets; undefined: the largest and one. */
  readonly classes?: number;
}

const roles = ['inputs', 'targets', 'lengths'] as const;
type Role = (typeof roles)[number];
/** The arrays of one split, or of data without splits of their own. */
type Arrays = Readonly<Partial<Record<Role, NpyArray>>>;

const roleOf: Readonly<Record<string, Role>> = {
  x: 'inputs',
  inputs: 'inputs',
  y: 'targets',
  targets: 'targets',
  labels: 'targets',
  lengths: 'lengths',
};
const entryName = /^(x|inputs|y|targets|labels|lengths)(?:_(train|valid|val|test))?$/;
/** What an array of an archive holds, by its name; undefined: nothing that is known. */
export function arrayRole(name: string): { readonly role: Role; readonly split: SplitName | 'all' } | undefined {
  const [, role, suffix] = entryName.exec(name) ?? [];
  if (role === undefined) return undefined;
  const split = suffix === undefined ? 'all' : suffix === 'val' ? 'valid' : (suffix as SplitName);
  return { role: roleOf[role]!, split };
}

const maxId = 65_535; // ids are stored as uint16

/** Loads arrays [examples, steps] or [examples, steps, features]. Throws ConfigError (DATA_FILE_..., NPY_INVALID, NPZ_INVALID, DATA_ARRAYS, DATA_TOO_SHORT). */
export async function loadArrays(options: ArrayOptions): Promise<Dataset> {
  const path = options.paths.join(', ');
  const isArchive = options.paths.length === 1 && options.paths[0]!.endsWith('.npz');
  const bySplit = isArchive ? await openArchive(options.paths[0]!) : { all: await openFiles(options.paths) };
  const store = new PageStore();
  const parts: Partial<Record<SplitName | 'all', Part>> = {};
  for (const [name, arrays] of Object.entries(bySplit)) {
    parts[name as SplitName | 'all'] = await readPart(path, arrays, store, options.classes);
  }
  const [first, ...others] = Object.values(parts);
  if (first === undefined) throw invalid(path, 'arrays of inputs', 'none');
  for (const { shape } of others)
    if (shape !== first.shape) throw invalid(path, `all splits to be ${first.shape}`, shape);
  const most = (key: 'maxInput' | 'maxTarget' | 'maxLength') =>
    Math.max(...Object.values(parts).map((part) => part[key]));
  const spec = specOf(first, options.classes, most('maxInput'), most('maxTarget'), most('maxLength'));
  if (parts.all) {
    const { writer } = parts.all;
    const { valid, test } = splitByOrder(writer.size, options);
    requireParts(path, 'sequences', { train: Math.max(0, valid), valid: test - valid, test: writer.size - test });
    const middle = test > valid ? { valid: writer.source(spec, valid, test) } : {};
    return buildDataset(spec, writer.source(spec, 0, valid), writer.source(spec, test), middle);
  }
  const [train, valid, test] = splitNames.map((name) => parts[name]?.writer);
  requireParts(path, 'sequences', { train: train?.size ?? 0, valid: valid?.size ?? 0, test: test?.size ?? 0 });
  return buildDataset(spec, train!.source(spec), test!.source(spec), valid ? { valid: valid.source(spec) } : {});
}

async function openFiles(paths: readonly string[]): Promise<Arrays> {
  if (paths.length > 2)
    throw invalid(
      paths.join(', '),
      'one .npz file, or one .npy file of inputs and one of targets',
      `${paths.length} files`,
    );
  const [inputs, targets] = await Promise.all(paths.map(async (path) => openNpy(path, await openDataFile(path))));
  return { ...(inputs && { inputs }), ...(targets && { targets }) };
}

async function openArchive(path: string): Promise<Partial<Record<SplitName | 'all', Arrays>>> {
  await openDataFile(path).then((stream) => stream.destroy()); // says plainly when there is no such file
  const found: Partial<Record<SplitName | 'all', Partial<Record<Role, NpyArray>>>> = {};
  for (const [name, array] of await openNpz(path)) {
    const known = arrayRole(name);
    if (known === undefined)
      throw invalid(path, 'entries named x, y, lengths, or x_train, y_train and so on', `"${name}"`);
    const { role, split } = known;
    const arrays = (found[split] ??= {});
    if (arrays[role]) throw invalid(path, `one array of ${role} a split`, `"${name}" beside it`);
    arrays[role] = array;
  }
  if (found.all && Object.keys(found).length > 1)
    throw invalid(path, 'every entry with a split in its name, or none', Object.keys(found).join(' and '));
  return found;
}

interface Part {
  readonly writer: SplitWriter;
  readonly inputs: NpyArray;
  readonly targets: NpyArray | undefined;
  readonly target: TargetLayout;
  /** What other splits must have too. */
  readonly shape: string;
  readonly maxInput: number;
  readonly maxTarget: number;
  readonly maxLength: number;
}

/** What a target is, from dtype and shape. `next`: the inputs, one step later. */
type TargetLayout = {
  readonly kind: 'next' | 'class' | 'value' | 'keys';
  readonly per: 'sequence' | 'step';
  readonly width: number;
};

async function readPart(path: string, arrays: Arrays, store: PageStore, classes: number | undefined): Promise<Part> {
  const { inputs, targets, lengths } = arrays;
  if (inputs === undefined) throw invalid(path, 'an array of inputs (x)', Object.keys(arrays).join(', '));
  const [examples = 0, steps = 0] = inputs.shape;
  if (inputs.shape.length < 2 || inputs.shape.length > 3)
    throw invalid(inputs.path, 'inputs of shape [examples, steps] or [examples, steps, features]', showShape(inputs));
  const target = targetLayout(inputs, targets);
  if (lengths && (lengths.shape.join() !== String(examples) || kindOf(lengths) === 'float'))
    throw invalid(lengths.path, `whole lengths of shape [${examples}]`, showShape(lengths));
  if (target.kind === 'next' && steps < 2)
    throw invalid(inputs.path, 'at least 2 steps, the last of which is a target only', '1');

  const width = inputs.shape[2] ?? 1;
  const [nextInputs, nextTargets, nextLength] = [takeFrom(inputs), takeFrom(targets), takeFrom(lengths)];
  const writer = new SplitWriter(store);
  const most = { maxInput: 0, maxTarget: 0, maxLength: 0 };
  for (let example = 0; example < examples; example++) {
    const values = await nextInputs(steps * width);
    const wanted = await nextTargets(target.per === 'step' ? steps * target.width : target.width);
    const whole = lengths ? (await nextLength(1))[0]! : steps;
    const least = target.kind === 'next' ? 2 : 1;
    if (!(whole >= least && whole <= steps))
      throw invalid(path, `lengths from ${least} to ${steps}`, `${whole} at index ${example}`);
    const length = target.kind === 'next' ? whole - 1 : whole;
    const input = encodeInputs(inputs, values, example);
    const isClass = target.kind === 'class';
    most.maxLength = Math.max(most.maxLength, length);
    if (input instanceof Uint16Array) most.maxInput = maximum(input, most.maxInput);
    const encoded =
      target.kind === 'next' ? input.subarray(width) : encodeTargets(targets!, wanted, target.kind, classes, example);
    if (isClass) most.maxTarget = maximum(encoded, most.maxTarget);
    const targetValues = target.per === 'step' ? length * target.width : target.width;
    writer.add(length, input.subarray(0, length * width), encoded.subarray(0, targetValues));
  }
  const shape = `${kindOf(inputs)} inputs of [steps, ${width}] with ${target.kind} targets of ${target.width} a ${target.per}`;
  return { writer, inputs, targets, target, shape, ...most };
}

function targetLayout(inputs: NpyArray, targets: NpyArray | undefined): TargetLayout {
  const [examples, steps, width = 1] = inputs.shape;
  if (targets === undefined) return { kind: 'next', per: 'step', width };
  const [count, second, third] = targets.shape;
  const kind = ({ float: 'value', boolean: 'keys', integer: 'class', byte: 'class' } as const)[kindOf(targets)];
  const dimensions = targets.shape.length;
  const refuse = (wanted: string) =>
    invalid(targets.path, `targets of shape ${wanted} beside inputs of ${showShape(inputs)}`, showShape(targets));
  if (count !== examples) throw refuse(`[${examples}, ...]`);
  if (kind === 'class') {
    if (dimensions === 1 || (dimensions === 2 && second === 1 && steps !== 1))
      return { kind, per: 'sequence', width: 1 };
    if (dimensions === 2 && second === steps) return { kind, per: 'step', width: 1 };
    throw refuse(`[${examples}] or [${examples}, ${steps}]`);
  }
  if (dimensions <= 2) return { kind, per: 'sequence', width: second ?? 1 };
  if (dimensions === 3 && second === steps) return { kind, per: 'step', width: third! };
  throw refuse(`[${examples}], [${examples}, size] or [${examples}, ${steps}, size]`);
}

/** [steps, features] whole numbers without features are ids; bytes and booleans stay bytes; the rest is float32. */
function encodeInputs(array: NpyArray, values: Float64Array, example: number): InputColumn {
  const kind = kindOf(array);
  if (kind === 'boolean' || (kind === 'byte' && array.shape.length === 3)) return Uint8Array.from(values);
  if (kind === 'float' || array.shape.length === 3) return toFloat32(array, values, example);
  return toIds(array, values, maxId, example);
}

function encodeTargets(
  array: NpyArray,
  values: Float64Array,
  kind: TargetLayout['kind'],
  classes: number | undefined,
  example: number,
): TargetColumn {
  if (kind === 'keys') return Uint8Array.from(values);
  return kind === 'class'
    ? toIds(array, values, (classes ?? maxId + 1) - 1, example)
    : toFloat32(array, values, example);
}

function toFloat32({ path }: NpyArray, values: Float64Array, example: number): Float32Array {
  const column = Float32Array.from(values);
  const bad = column.findIndex((value) => !Number.isFinite(value));
  if (bad < 0) return column;
  throw invalid(path, 'values that float32 can hold', `${values[bad]} in example ${example}`);
}

function toIds({ path }: NpyArray, values: Float64Array, most: number, example: number): Uint16Array {
  const bad = values.find((value) => value < 0 || value > most);
  if (bad === undefined) return Uint16Array.from(values);
  throw invalid(path, `whole numbers from 0 to ${most}`, `${bad} in example ${example}`);
}

function maximum(values: Iterable<number>, least: number): number {
  let most = least;
  for (const value of values) if (value > most) most = value;
  return most;
}

/** Takes values off an array in any portions; an array that is not there gives none. */
function takeFrom(array: NpyArray | undefined): (count: number) => Promise<Float64Array> {
  if (array === undefined) return () => Promise.resolve(new Float64Array(0));
  const chunks = readNpyValues(array);
  let chunk: Float64Array = new Float64Array(0);
  let at = 0;
  return async (count) => {
    const values = new Float64Array(count);
    for (let filled = 0; filled < count;) {
      if (at === chunk.length) {
        const next = await chunks.next();
        if (next.done === true) throw new RangeError(`${array.path} ended before its shape said.`);
        [chunk, at] = [next.value, 0];
      }
      const part = chunk.subarray(at, at + count - filled);
      values.set(part, filled);
      filled += part.length;
      at += part.length;
    }
    return values;
  };
}

function specOf(
  { inputs, target }: Part,
  classes: number | undefined,
  maxInput: number,
  maxTarget: number,
  maxLength: number,
): DataSpec {
  const kind = kindOf(inputs);
  const features = inputs.shape[2] ?? 1;
  const isIds = inputs.shape.length === 2 && (kind === 'integer' || kind === 'byte');
  const vocabulary = (target.kind === 'next' ? classes : undefined) ?? maxInput + 1;
  if (isIds && maxInput >= vocabulary)
    throw invalid(inputs.path, `ids below ${vocabulary} (--data-classes)`, String(maxInput));
  const dense = (dtype: 'u8' | 'f32', scale: number): InputSpec => ({ kind: 'dense', dtype, features, scale });
  // Bytes with features are pixels, more often than not: 255 becomes 1.
  const inputSpec: InputSpec = isIds
    ? { kind: 'ids', vocabulary }
    : kind === 'byte'
      ? dense('u8', Math.fround(1 / 255))
      : dense(kind === 'boolean' ? 'u8' : 'f32', 1);
  return { name: 'npy', inputs: inputSpec, targets: targetSpecOf(), maxLength };

  function targetSpecOf(): TargetSpec {
    const { per, width } = target;
    if (target.kind === 'class') return { kind: 'class', classes: classes ?? maxTarget + 1, per };
    if (target.kind !== 'next') return { kind: target.kind, size: width, per };
    if (isIds) return { kind: 'class', classes: vocabulary, per };
    if (kind === 'byte') throw invalid(inputs.path, 'targets (y) beside inputs of bytes with features', 'none');
    return { kind: kind === 'boolean' ? 'keys' : 'value', size: width, per };
  }
}

function showShape({ shape, dtype }: NpyArray): string {
  return `[${shape.join(', ')}] of ${dtype}`;
}

function invalid(path: string, wanted: string, got: string): ConfigError {
  return new ConfigError(
    'DATA_ARRAYS',
    `${path}: wanted ${wanted}, got ${got}. docs/data.md has the shapes that --data npy takes.`,
  );
}
