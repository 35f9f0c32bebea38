// A user's own data, as their module writes it: `export default defineData({ inputs, targets, train, test })`. docs/own-data.md.
import type { TargetSpec } from './data-spec.js';

/** Numbers: `features` a step. Ids: one a step, each below `vocabulary`. */
export type OwnInputs =
  { readonly kind: 'dense'; readonly features: number } | { readonly kind: 'ids'; readonly vocabulary: number };

/** Numbers in a typed array or an array. */
export type Numbers = ArrayLike<number>;

export interface DataExample {
  /** Dense: [steps, features], flat or as rows. Ids: [steps]. */
  readonly inputs: Numbers | readonly Numbers[];
  /** Per sequence: a class, or [size] numbers (one alone for size 1). Per step: [steps] classes, or [steps, size], flat or as rows. */
  readonly targets: number | Numbers | readonly Numbers[];
}

/** Examples that are made or read when their turn comes. */
export interface IndexedExamples {
  readonly length: number;
  example(index: number): DataExample | Promise<DataExample>;
}

export type Examples = Iterable<DataExample> | AsyncIterable<DataExample> | IndexedExamples;

/** Examples, or a function (a generator too) that gives them. */
export type DataSplit = Examples | (() => Examples | Promise<Examples>);

export interface DataDefinition {
  readonly inputs: OwnInputs;
  readonly targets: TargetSpec;
  readonly train: DataSplit;
  /** Chooses the best checkpoint where it is given; otherwise the test split does. */
  readonly valid?: DataSplit;
  readonly test: DataSplit;
}

/** A definition, or a function that makes it. */
export type OwnData = DataDefinition | (() => DataDefinition | Promise<DataDefinition>);

/** Returns `data` as it is: for completion and checking in an editor. */
export function defineData(data: OwnData): OwnData {
  return data;
}
