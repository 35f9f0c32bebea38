// One line of a JSON Lines file, checked: what enters at each step, and what is wanted.

/** `numbers`: [steps, width] float32. `ids`: [steps]. `keys`: [steps][active keys]. */
export type JsonlInputs =
  | { readonly kind: 'numbers'; readonly width: number; readonly values: Float32Array }
  | { readonly kind: 'ids'; readonly ids: readonly number[] }
  | { readonly kind: 'keys'; readonly frames: readonly (readonly number[])[] };

/** `next`: the input of the step after. Otherwise numbers or class ids, one target a sequence or one a step. */
export type JsonlTargets =
  | { readonly kind: 'next' }
  | {
      readonly kind: 'numbers';
      readonly per: 'sequence' | 'step';
      readonly width: number;
      readonly values: Float32Array;
    }
  | { readonly kind: 'classes'; readonly per: 'sequence' | 'step'; readonly classes: readonly number[] };

export interface JsonlExample {
  readonly split: 'train' | 'valid' | 'test' | undefined;
  readonly steps: number;
  readonly inputs: JsonlInputs;
  readonly targets: JsonlTargets;
}

/** Says what is wrong with a line; the caller knows the file and the number. */
export class LineFault extends Error {}

const inputKeys = ['inputs', 'ids', 'frames'] as const;
const targetKeys = ['targets', 'labels'] as const;
const maxId = 65_535; // ids are stored as uint16

/** Parses what enters, of a line that may have targets or not. Throws LineFault with what was wanted and what came. */
export function parseJsonlInputs(text: string): JsonlInputs {
  const record = parseObject(text);
  const key = onlyOne(record, inputKeys, true);
  return parseInputs(key, record[key]);
}

/** Parses a line. Throws LineFault with what was wanted and what came. */
export function parseJsonlLine(text: string): JsonlExample {
  const record = parseObject(text);
  const inputKey = onlyOne(record, inputKeys, true);
  const targetKey = onlyOne(record, targetKeys, false);
  const inputs = parseInputs(inputKey, record[inputKey]);
  const steps = stepsOf(inputs);
  const wanted = targetKey === undefined ? 2 : 1; // a step that is a target only, where nothing else is wanted
  if (steps < wanted)
    throw new LineFault(`wanted at least ${wanted} step${wanted > 1 ? 's' : ''} in "${inputKey}", got ${steps}`);
  const targets =
    targetKey === undefined ? ({ kind: 'next' } as const) : parseTargets(targetKey, record[targetKey], steps);
  return { split: parseSplit(record['split']), steps, inputs, targets };
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new LineFault(`wanted one JSON object a line: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new LineFault(`wanted one JSON object a line, got ${describe(value)}`);
}

function onlyOne<Key extends string>(record: object, keys: readonly Key[], isRequired: true): Key;
function onlyOne<Key extends string>(record: object, keys: readonly Key[], isRequired: false): Key | undefined;
function onlyOne<Key extends string>(record: object, keys: readonly Key[], isRequired: boolean): Key | undefined {
  const found = keys.filter((key) => key in record);
  if (found.length === 1 || (found.length === 0 && !isRequired)) return found[0];
  const got =
    found.length === 0 ? `the keys ${Object.keys(record).slice(0, 8).join(', ') || 'none'}` : found.join(' and ');
  throw new LineFault(`wanted ${isRequired ? 'one' : 'at most one'} of ${keys.join(', ')}, got ${got}`);
}

function parseSplit(value: unknown): JsonlExample['split'] {
  if (value === undefined || value === 'train' || value === 'valid' || value === 'test') return value;
  throw new LineFault(`wanted "split" to be train, valid or test, got ${describe(value)}`);
}

function parseInputs(key: (typeof inputKeys)[number], value: unknown): JsonlInputs {
  const items = arrayOf(value, `"${key}"`);
  if (key === 'ids') return { kind: 'ids', ids: items.map((item, step) => id(item, `ids[${step}]`)) };
  if (key === 'frames') return { kind: 'keys', frames: items.map(parseFrame) };
  return { kind: 'numbers', ...parseMatrix(items, 'inputs') };
}

function parseFrame(value: unknown, step: number): number[] {
  return arrayOf(value, `frames[${step}]`).map((item, i) => id(item, `frames[${step}][${i}]`));
}

function parseTargets(key: (typeof targetKeys)[number], value: unknown, steps: number): JsonlTargets {
  if (key === 'labels') {
    if (!Array.isArray(value)) return { kind: 'classes', per: 'sequence', classes: [id(value, 'labels')] };
    requireSteps(value.length, steps, 'labels');
    return { kind: 'classes', per: 'step', classes: value.map((item, step) => id(item, `labels[${step}]`)) };
  }
  if (!Array.isArray(value))
    return { kind: 'numbers', per: 'sequence', width: 1, values: Float32Array.of(number(value, 'targets')) };
  if (!Array.isArray(value[0])) {
    const values = Float32Array.from(value, (item: unknown, i) => number(item, `targets[${i}]`));
    if (values.length === 0) throw new LineFault('wanted at least one number in "targets", got []');
    return { kind: 'numbers', per: 'sequence', width: values.length, values };
  }
  requireSteps(value.length, steps, 'targets');
  return { kind: 'numbers', per: 'step', ...parseMatrix(value, 'targets') };
}

/** Numbers, one a step, or rows of numbers that are equally long. */
function parseMatrix(items: readonly unknown[], key: string): { width: number; values: Float32Array } {
  const width = Array.isArray(items[0]) ? items[0].length : 1;
  if (width === 0) throw new LineFault(`wanted at least one number in ${key}[0], got []`);
  const values = new Float32Array(items.length * width);
  items.forEach((item, step) => {
    const row = Array.isArray(items[0]) ? arrayOf(item, `${key}[${step}]`) : [item];
    if (row.length !== width)
      throw new LineFault(`wanted ${width} numbers in ${key}[${step}] as in ${key}[0], got ${row.length}`);
    row.forEach(
      (cell, i) =>
        (values[step * width + i] = number(cell, Array.isArray(item) ? `${key}[${step}][${i}]` : `${key}[${step}]`)),
    );
  });
  return { width, values };
}

function stepsOf(inputs: JsonlInputs): number {
  if (inputs.kind === 'numbers') return inputs.values.length / inputs.width;
  return inputs.kind === 'ids' ? inputs.ids.length : inputs.frames.length;
}

function requireSteps(got: number, wanted: number, key: string): void {
  if (got !== wanted) throw new LineFault(`wanted one of "${key}" a step, ${wanted}, got ${got}`);
}

function arrayOf(value: unknown, place: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new LineFault(`wanted ${place} to be an array, got ${describe(value)}`);
}

function number(value: unknown, place: string): number {
  if (typeof value === 'number' && Number.isFinite(Math.fround(value))) return value;
  throw new LineFault(`wanted ${place} to be a number that float32 can hold, got ${describe(value)}`);
}

function id(value: unknown, place: string): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= maxId) return value;
  throw new LineFault(`wanted ${place} to be a whole number from 0 to ${maxId}, got ${describe(value)}`);
}

function describe(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 40 ? `${text.slice(0, 40)}...` : text;
}
