// The rows of a user's file as sequences to predict: the files that train a model, without their targets.
import { extname } from 'node:path';
import { readCsvRows } from '../data/csv.js';
import { LineFault, parseJsonlInputs, type JsonlInputs } from '../data/jsonl-line.js';
import { readParquetRows } from '../data/parquet.js';
import { readTextChunks } from '../data/text-chunks.js';
import { ConfigError } from '../errors.js';
import type { Sequence } from './encode-inputs.js';
import { refuseFile, type PlacedSequence } from './placed-sequence.js';
import { readNpySequences, readNpzSequences } from './read-array-sequences.js';
import type { StoredModel } from './stored-model.js';

const readers: Readonly<Record<string, (model: StoredModel, path: string) => AsyncGenerator<PlacedSequence>>> = {
  '.csv': (model, path) => readWindows(model, path, readCsvRows),
  '.parquet': (model, path) => readWindows(model, path, readParquetRows),
  '.jsonl': readLines,
  '.npy': readNpySequences,
  '.npz': readNpzSequences,
};

/** Reads a file by its extension. Throws ConfigError PREDICT_FILE, CSV_INVALID, PARQUET_INVALID, JSONL_INVALID, NPY_INVALID, NPZ_INVALID, DATA_... */
export function readSequences(model: StoredModel, path: string): AsyncGenerator<PlacedSequence> {
  const read = readers[extname(path).toLowerCase()];
  if (read) return read(model, path);
  throw refuseFile(path, `a file that ends in ${Object.keys(readers).join(', ')}`, extname(path) || 'no extension');
}

/** Every window of a table's rows, as long as in training; the last one has no target yet. */
async function* readWindows(
  { data, preprocessing }: StoredModel,
  path: string,
  readRows: typeof readCsvRows,
): AsyncGenerator<PlacedSequence> {
  const names = preprocessing?.inputs?.map(({ name }) => name);
  if (!names) throw refuseFile(path, 'the files that the model was trained on (jsonl or npy)', 'a table');
  const window: (readonly number[])[] = [];
  let row = 0;
  for await (const { values } of readRows([path], (header) => names.map((name) => columnOf(path, header, name)))) {
    row += 1;
    window.push([...values]);
    if (window.length > data.maxLength) window.shift();
    if (window.length === data.maxLength) yield { place: row, sequence: [...window] };
  }
  if (row < data.maxLength) throw refuseFile(path, `at least ${data.maxLength} rows, one window`, `${row}`);
}

function columnOf(path: string, header: readonly string[], name: string): number {
  const index = header.findIndex((column) => column.trim() === name);
  if (index >= 0) return index;
  throw refuseFile(path, `a column "${name}", as in training`, header.slice(0, 20).join(', '));
}

async function* readLines(model: StoredModel, path: string): AsyncGenerator<PlacedSequence> {
  for await (const chunk of readTextChunks(path)) {
    const lines = chunk.text.split('\n');
    for (const [i, text] of lines.entries()) {
      if (text.trim() === '') continue;
      const line = chunk.line + i;
      try {
        yield { place: line, sequence: sequenceOf(model, parseJsonlInputs(text)) };
      } catch (error) {
        if (!(error instanceof LineFault)) throw error;
        throw new ConfigError('JSONL_INVALID', `${path}:${line}: ${error.message}.`, { cause: error });
      }
    }
  }
}

function sequenceOf({ data }: StoredModel, inputs: JsonlInputs): Sequence {
  if (inputs.kind === 'ids') return inputs.ids;
  if (inputs.kind === 'numbers') {
    const { values, width } = inputs;
    return Array.from({ length: values.length / width }, (_, i) => [...values.subarray(i * width, (i + 1) * width)]);
  }
  const features = data.inputs.kind === 'dense' ? data.inputs.features : 0;
  return inputs.frames.map((frame) => {
    const keys = new Array<number>(features).fill(0);
    for (const key of frame) {
      if (key >= features) throw new LineFault(`wanted keys below ${features}, got ${key}`);
      keys[key] = 1;
    }
    return keys;
  });
}
