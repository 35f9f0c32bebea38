// A trained model as a program holds it: types alone, so that tfjs's stay out of the public face.
import type { BackendChoice } from '../coordinator/training-options.js';
import type { SplitName } from '../data/dataset.js';
import type { OwnData } from '../data/define-data.js';
import type { SequencePrediction } from '../inference/decode-outputs.js';
import type { Sequence } from '../inference/encode-inputs.js';
import type { GenerateOptions } from '../inference/generate-options.js';
import type { ModelSpec } from '../params/model-spec.js';

export interface LoadOptions {
  /** By default the fittest that is there, as for training. */
  readonly backend?: BackendChoice;
  /** Threads of one computation; `auto`, the default: on native all cores, elsewhere 1. */
  readonly threads?: number | 'auto';
}

export interface FilePrediction extends SequencePrediction {
  /** Number of the line (jsonl) or of the window's last row (csv, parquet), from 1, or of the example (npy, npz), from 0. */
  readonly place: number;
}

/** A model with its weights on a backend. */
export interface Model {
  /** The checkpoint's folder. */
  readonly path: string;
  readonly step: number;
  readonly digest: string;
  readonly spec: ModelSpec;
  readonly kernelId: string;
  /** Names of the predicted values, where the data had names. */
  readonly targetNames: readonly string[] | undefined;
  /** Predicts each sequence, inputs and outputs in the units of the data. Throws ConfigError PREDICT_INPUT. */
  predict(sequences: readonly Sequence[]): SequencePrediction[];
  /** Predicts the rows of a .csv, .parquet, .jsonl, .npy or .npz file, as they come. Throws ConfigError PREDICT_FILE, PREDICT_INPUT and those of data files. */
  predictFile(path: string): AsyncGenerator<FilePrediction>;
  /** Generates text, without the prompt. Throws ConfigError GENERATE_MODEL, PREDICT_INPUT, CARRIED_STATE, GENERATE_OPTIONS. */
  generate(options?: GenerateOptions): string;
  /** The same, character by character. */
  generateStream(options?: GenerateOptions): Generator<string>;
  /** Frees the weights; the garbage collector does it too, later. */
  dispose(): void;
}

export interface EvaluateOptions extends LoadOptions {
  /** `test` by default. */
  readonly split?: SplitName;
  /** The data of a run whose data were a value (`train({ data: defineData(...) })`). */
  readonly data?: OwnData;
}

/** As in an `evaluated` event: the mean loss, and what else the kind of targets has. */
export interface Evaluation {
  readonly split: SplitName;
  readonly step: number;
  /** The checkpoint's folder. */
  readonly checkpoint: string;
  readonly kernelId: string;
  readonly loss: number;
  readonly examples: number;
  readonly accuracy?: number;
  readonly natsPerTarget?: number;
  /** The data are not the run's any more: their digest is another. */
  readonly isOtherData: boolean;
}
