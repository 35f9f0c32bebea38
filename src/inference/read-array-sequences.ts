// The rows of a .npy or .npz file as sequences to predict: arrays that would train a model, of which the inputs are read.
import { arrayRole } from '../data/arrays.js';
import { openNpy, readNpyValues, type NpyArray } from '../data/npy.js';
import { openNpz } from '../data/npz.js';
import { openDataFile, requireDataFile } from '../data/read-data-file.js';
import { refuseFile, type PlacedSequence } from './placed-sequence.js';
import type { StoredModel } from './stored-model.js';

/** Reads the examples of an array [examples, steps] or [examples, steps, features]. Throws ConfigError PREDICT_FILE, NPY_INVALID, DATA_FILE_... */
export async function* readNpySequences(model: StoredModel, path: string): AsyncGenerator<PlacedSequence> {
  yield* readRows(model, path, await openNpy(path, await openDataFile(path)));
}

/** Reads the one array of inputs of an archive, cut to `lengths` where there are any. Throws ConfigError PREDICT_FILE, NPZ_INVALID, NPY_INVALID, DATA_FILE_... */
export async function* readNpzSequences(model: StoredModel, path: string): AsyncGenerator<PlacedSequence> {
  await requireDataFile(path);
  const arrays = [...(await openNpz(path))].map(([name, array]) => ({ name, array, ...arrayRole(name) }));
  const [inputs, ...others] = arrays.filter(({ role }) => role === 'inputs');
  if (!inputs || others.length > 0) {
    const got = (inputs ? [inputs, ...others] : arrays).map(({ name }) => name).join(', ');
    throw refuseFile(path, 'one array of inputs, named x', got || 'an empty archive');
  }
  const cut = arrays.find(({ role, split }) => role === 'lengths' && split === inputs.split);
  yield* readRows(model, path, inputs.array, cut && (await readLengths(path, cut.array, inputs.array)));
}

async function readLengths(path: string, array: NpyArray, { shape: [examples = 0, steps = 0] }: NpyArray) {
  const lengths: number[] = [];
  for await (const values of readNpyValues(array)) lengths.push(...values);
  const bad = lengths.findIndex((length) => !(Number.isInteger(length) && length >= 1 && length <= steps));
  if (bad >= 0) throw refuseFile(path, `lengths from 1 to ${steps}`, `${lengths[bad]} at index ${bad}`);
  if (lengths.length === examples) return lengths;
  throw refuseFile(path, `${examples} lengths, one an example`, String(lengths.length));
}

async function* readRows(
  { data }: StoredModel,
  path: string,
  array: NpyArray,
  lengths?: readonly number[],
): AsyncGenerator<PlacedSequence> {
  const [, steps = 0, width = 1] = array.shape;
  if (array.shape.length < 2 || array.shape.length > 3 || steps === 0 || width === 0) {
    throw refuseFile(path, 'an array [examples, steps] or [examples, steps, features]', `[${array.shape.join(', ')}]`);
  }
  const isFlat = data.inputs.kind === 'ids' && width === 1;
  let pending: number[] = [];
  let example = 0;
  for await (const values of readNpyValues(array)) {
    for (const value of values) {
      pending.push(value);
      if (pending.length < steps * width) continue;
      const whole = pending;
      pending = [];
      const length = lengths?.[example] ?? steps;
      const rows = Array.from({ length }, (_, step) => whole.slice(step * width, (step + 1) * width));
      yield { place: example++, sequence: isFlat ? whole.slice(0, length) : rows };
    }
  }
}
