// Predictions for any number of sequences, a batch of them at a time.
import type { Network } from '../model/network.js';
import { decodeOutputs, type SequencePrediction } from './decode-outputs.js';
import { encodeInputs, type Sequence } from './encode-inputs.js';
import type { StoredModel } from './stored-model.js';

/** Sequences in a batch: enough to be fast. */
const rowsAtOnce = 64;

/**
 * Predicts each sequence; what is padded to equal lengths reaches nothing. `placeOf` names a sequence in messages.
 * Throws ConfigError PREDICT_INPUT.
 */
export function predictSequences(
  model: StoredModel,
  network: Network,
  sequences: readonly Sequence[],
  placeOf: (index: number) => string = (index) => `sequence ${index}`,
): SequencePrediction[] {
  const predictions: SequencePrediction[] = [];
  for (let first = 0; first < sequences.length; first += rowsAtOnce) {
    const batch = encodeInputs(model, sequences.slice(first, first + rowsAtOnce), (row) => placeOf(first + row));
    const { outputs } = network.predict(batch);
    const block = { outputs, rows: batch.rows, size: model.spec.outputSize };
    batch.lengths.forEach((length, row) => {
      const steps = model.spec.targetsPer === 'step' ? length : 1;
      predictions.push(decodeOutputs(model, rowOf(block, row, steps)));
    });
  }
  return predictions;
}

interface Block {
  readonly outputs: Float32Array;
  readonly rows: number;
  readonly size: number;
}

/** One row's outputs [steps, size] of [steps, rows, size]. */
function rowOf({ outputs, rows, size }: Block, row: number, steps: number): Float32Array {
  const values = new Float32Array(steps * size);
  for (let step = 0; step < steps; step++) {
    const from = (step * rows + row) * size;
    values.set(outputs.subarray(from, from + size), step * size);
  }
  return values;
}
