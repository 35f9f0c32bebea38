// A sequence of a user's file, and where in the file it stands.
import { ConfigError } from '../errors.js';
import type { Sequence } from './encode-inputs.js';

export interface PlacedSequence {
  /** Line of the file (jsonl), number of the window's last row (csv, parquet), or example (npy, npz); rows from 1, examples from 0. */
  readonly place: number;
  readonly sequence: Sequence;
}

/** Says what is wrong with a file that a model is to read. */
export function refuseFile(place: string, wanted: string, got: string): ConfigError {
  return new ConfigError('PREDICT_FILE', `${place}: wanted ${wanted}, got ${got}.`);
}
