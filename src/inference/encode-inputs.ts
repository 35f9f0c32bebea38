// Sequences in the user's terms, text, ids or numbers in their own units, to a padded batch that a network reads.
import type { InputBatch } from '../data/shard-batch.js';
import { scaleValue } from '../data/scaling.js';
import { ConfigError } from '../errors.js';
import type { StoredModel } from './stored-model.js';

/** One sequence: text (for a model of text), ids, numbers (for one feature), or [steps][features] numbers. */
export type Sequence = string | readonly number[] | readonly (readonly number[])[];

/** Encodes sequences as one batch; `placeOf` names one in messages. Throws ConfigError PREDICT_INPUT. */
export function encodeInputs(
  model: StoredModel,
  sequences: readonly Sequence[],
  placeOf: (row: number) => string,
): InputBatch {
  const encoded = sequences.map((sequence, row) => encodeSequence(model, sequence, placeOf(row)));
  const width = model.data.inputs.kind === 'ids' ? 1 : model.data.inputs.features;
  const rows = encoded.length;
  const lengths = Int32Array.from(encoded, (values) => values.length / width);
  const steps = lengths.reduce((most, length) => Math.max(most, length), 1);
  const size = steps * rows * width;
  const inputs = model.data.inputs.kind === 'ids' ? new Int32Array(size) : new Float32Array(size);
  encoded.forEach((values, row) => {
    for (let step = 0; step < lengths[row]!; step++) {
      for (let i = 0; i < width; i++) inputs[(step * rows + row) * width + i] = values[step * width + i]!;
    }
  });
  return { rows, steps, lengths, inputs };
}

function encodeSequence(model: StoredModel, sequence: Sequence, place: string): readonly number[] {
  if (sequence.length === 0) throw refuse(place, 'at least one step', 'none');
  const { inputs } = model.data;
  if (typeof sequence === 'string') return encodeText(model, sequence);
  if (inputs.kind === 'dense') return encodeNumbers(model, inputs, sequence, place);
  return sequence.map((id, step) => {
    if (typeof id === 'number' && Number.isInteger(id) && id >= 0 && id < inputs.vocabulary) return id;
    throw refuse(`${place}, step ${step}`, `an id from 0 to ${inputs.vocabulary - 1}`, JSON.stringify(id));
  });
}

/** The ids of a text's characters. Throws ConfigError PREDICT_INPUT for one that the model has never seen. */
export function encodeText({ preprocessing }: StoredModel, text: string): number[] {
  if (preprocessing?.vocabulary === undefined) {
    throw refuse('The input', 'ids or numbers, for the model is not one of text', 'text');
  }
  const ids = new Map(Array.from(preprocessing.vocabulary, (character, id) => [character, id]));
  return Array.from(text, (character, step) => {
    const id = ids.get(character);
    if (id !== undefined) return id;
    throw refuse(`character ${step}`, 'one that was in the training text', JSON.stringify(character));
  });
}

function encodeNumbers(
  { preprocessing }: StoredModel,
  { features, scale }: { readonly features: number; readonly scale: number },
  sequence: readonly (number | readonly number[])[],
  place: string,
): number[] {
  return sequence.flatMap((item, step) => {
    const row = typeof item === 'number' ? [item] : item;
    if (row.length !== features) throw refuse(`${place}, step ${step}`, `${features} numbers`, `${row.length}`);
    return row.map((value, i) => {
      const column = preprocessing?.inputs?.[i];
      const scaled = Math.fround(Math.fround(column ? scaleValue(value, column) : value) * scale);
      if (Number.isFinite(scaled)) return scaled;
      throw refuse(`${place}, step ${step}`, 'numbers that float32 can hold', String(value));
    });
  });
}

function refuse(place: string, wanted: string, got: string): ConfigError {
  return new ConfigError('PREDICT_INPUT', `${place}: wanted ${wanted}, got ${got}.`);
}
