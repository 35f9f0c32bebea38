// One example of a user's own data, checked and laid out as its columns are stored.
import type { InputColumn, TargetColumn } from './columns.js';
import type { DataExample, OwnInputs } from './define-data.js';
import type { TargetSpec } from './data-spec.js';

/** Says what is wrong with an example; the caller knows which one it is. */
export class ExampleFault extends Error {}

export interface EncodedExample {
  readonly length: number;
  readonly inputs: InputColumn;
  readonly targets: TargetColumn;
}

type Items = ArrayLike<unknown>;

/** Encodes `example`. Throws ExampleFault with the field, what was wanted and what came. */
export function encodeExample(inputs: OwnInputs, targets: TargetSpec, example: unknown): EncodedExample {
  if (typeof example !== 'object' || example === null || !('inputs' in example) || !('targets' in example))
    throw new ExampleFault(` must be { inputs, targets }, got ${show(example)}`);
  const { inputs: given, targets: wanted } = example as DataExample;
  const column = encodeInputs(inputs, given);
  const length = inputs.kind === 'ids' ? column.length : column.length / inputs.features;
  return { length, inputs: column, targets: encodeTargets(targets, wanted, length) };
}

function encodeInputs(spec: OwnInputs, given: unknown): InputColumn {
  const items = itemsOf(given, '.inputs');
  if (items.length === 0) throw new ExampleFault('.inputs must hold at least one step, got none');
  if (spec.kind === 'ids') return wholeNumbers(items, '.inputs', spec.vocabulary);
  return numbers(flatten(items, '.inputs', spec.features), '.inputs');
}

function encodeTargets(spec: TargetSpec, given: unknown, length: number): TargetColumn {
  const width = spec.kind === 'class' ? 1 : spec.size;
  const isPerStep = spec.per === 'step';
  const items = typeof given === 'number' && !isPerStep ? [given] : itemsOf(given, '.targets');
  const flat = width > 1 || isRows(items) ? flatten(items, '.targets', width) : { items, place: placeInList };
  const count = isPerStep ? length * width : width;
  if (flat.items.length !== count) {
    const each = isPerStep ? `${width} for each of ${length} steps` : `${width} for the sequence`;
    throw new ExampleFault(`.targets must hold ${count} values, ${each}, got ${flat.items.length}`);
  }
  if (spec.kind === 'value') return numbers(flat, '.targets');
  return spec.kind === 'class'
    ? wholeNumbers(flat.items, '.targets', spec.classes)
    : Uint8Array.from(wholeNumbers(flat.items, '.targets', 2));
}

interface Flat {
  readonly items: Items;
  /** Where an item stood in what was given. */
  readonly place: (index: number) => string;
}

const placeInList = (index: number): string => `[${index}]`;

/** Rows of `width` one after the other; what is flat already must be whole rows. */
function flatten(items: Items, field: string, width: number): Flat {
  if (!isRows(items)) {
    if (items.length % width === 0) return { items, place: placeInList };
    const wanted = `rows of ${width}, flat or each an array`;
    throw new ExampleFault(`${field} must be ${wanted}, got ${items.length} values`);
  }
  const flat: unknown[] = [];
  for (let row = 0; row < items.length; row++) {
    const cells = itemsOf(items[row], `${field}[${row}]`);
    if (cells.length !== width)
      throw new ExampleFault(`${field}[${row}] must hold ${width} values, got ${cells.length}`);
    for (let i = 0; i < width; i++) flat.push(cells[i]);
  }
  return { items: flat, place: (index) => `[${Math.floor(index / width)}][${index % width}]` };
}

function isRows(items: Items): boolean {
  return typeof items[0] === 'object' && items[0] !== null;
}

function itemsOf(value: unknown, field: string): Items {
  const isList = Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
  if (isList) return value as unknown as Items;
  throw new ExampleFault(`${field} must be an array or a typed array, got ${show(value)}`);
}

function numbers({ items, place }: Flat, field: string): Float32Array {
  const column = new Float32Array(items.length);
  for (let i = 0; i < items.length; i++) {
    const item = items[i];
    column[i] = typeof item === 'number' ? item : NaN;
    if (!Number.isFinite(column[i]))
      throw new ExampleFault(`${field}${place(i)} must be a finite number that float32 can hold, got ${show(item)}`);
  }
  return column;
}

/** Ids, classes and keys: whole numbers from 0 to below `limit`. */
function wholeNumbers(items: Items, field: string, limit: number): Uint16Array {
  const column = new Uint16Array(items.length);
  for (let i = 0; i < items.length; i++) {
    const item = items[i];
    if (!(Number.isInteger(item) && (item as number) >= 0 && (item as number) < limit))
      throw new ExampleFault(`${field}[${i}] must be a whole number from 0 to ${limit - 1}, got ${show(item)}`);
    column[i] = item as number;
  }
  return column;
}

/** A value in a few words, whatever it is. */
export function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 40));
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'object' && value !== null)
    return Array.isArray(value)
      ? `an array of ${value.length}`
      : `an object with ${Object.keys(value).slice(0, 8).join(', ') || 'nothing in it'}`;
  return typeof value === 'function' ? 'a function' : String(value);
}
