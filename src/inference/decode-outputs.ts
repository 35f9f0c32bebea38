// What a network gives to what it means: probabilities of classes and keys, numbers in the units of the data.
import { exp } from '../random/elementary.js';
import type { StoredModel } from './stored-model.js';

/** The outputs for one sequence: one row of values, or one row a step where every step has a target. */
export interface SequencePrediction {
  /** Numbers in the units of the data, or probabilities of classes (they sum to 1) or of keys (each from 0 to 1). */
  readonly values: readonly (readonly number[])[];
  /** The likeliest class of each row, for models of classes. */
  readonly classes?: readonly number[];
}

/** Decodes the outputs [rows of values, out] of one sequence; they are not changed. */
export function decodeOutputs({ spec, preprocessing }: StoredModel, outputs: Float32Array): SequencePrediction {
  const { outputSize, loss } = spec;
  const rows = Array.from({ length: outputs.length / outputSize }, (_, row) =>
    outputs.subarray(row * outputSize, (row + 1) * outputSize),
  );
  if (loss === 'softmax') return { values: rows.map((row) => softmax(row)), classes: rows.map(largestOf) };
  if (loss === 'binary') return { values: rows.map((row) => Array.from(row, sigmoid)) };
  const columns = preprocessing?.targets;
  return {
    values: rows.map((row) =>
      Array.from(row, (value, i) => value * (columns?.[i]?.scale ?? 1) + (columns?.[i]?.shift ?? 0)),
    ),
  };
}

/** The probabilities of logits at a temperature above 0, in float64. */
export function softmax(logits: Float32Array, temperature = 1): number[] {
  const largest = logits[largestOf(logits)]!;
  const powers = Array.from(logits, (logit) => exp((logit - largest) / temperature));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}

/** The index of the largest value, the first of equal ones. */
export function largestOf(values: Float32Array): number {
  return values.reduce((best, value, i) => (value > values[best]! ? i : best), 0);
}

function sigmoid(logit: number): number {
  return logit >= 0 ? 1 / (1 + exp(-logit)) : exp(logit) / (1 + exp(logit));
}
