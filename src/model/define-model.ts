// A user's own model, as its module writes it: `export default defineModel({ params, lossAndCounts })`. docs/own-model.md.
import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs';
import type { DataSpec } from '../data/data-spec.js';
import type { ParamDeclaration } from '../params/own-params.js';
import type { Tfjs } from './tfjs.js';

export type { DataSpec } from '../data/data-spec.js';
export type { ParamDeclaration } from '../params/own-params.js';
export type { Tfjs } from './tfjs.js';

/** One shard: rows of equal length, padded with zeros. Shapes in brackets. */
export interface ModelBatch {
  /** Numbers [rows, steps, features] float32, or ids [rows, steps] int32. */
  readonly inputs: Tensor;
  /** Per sequence [rows] or [rows, size], per step [rows, steps] or [rows, steps, size]; classes int32, others float32. */
  readonly targets: Tensor;
  /** [rows, steps] float32: 1 where a step is valid, 0 where it is padding. */
  readonly mask: Tensor2D;
  /** 1 where a target counts, 0 elsewhere: per sequence [rows], per step [rows, steps]. */
  readonly targetMask: Tensor1D | Tensor2D;
  /** [rows] int32: valid steps; 0 for a row of padding. */
  readonly lengths: Tensor1D;
}

/** Draws that depend on (seed, step, example, order of the calls) alone; a value of its own for each row. Training only, but for `keep`. */
export interface ModelRandom {
  /** [rows, ...shape] numbers from 0 to below 1. */
  uniform(shape?: readonly number[]): Tensor;
  /** [rows, ...shape] normal draws, mean 0, deviation 1. */
  normal(shape?: readonly number[]): Tensor;
  /** [rows, ...shape] of 0 and 1 / (1 - rate), 0 with probability `rate`; all ones in evaluation. */
  keep(rate: number, shape?: readonly number[]): Tensor;
}

export interface ModelCall {
  /** The one tfjs instance: an import of another copy is refused. */
  readonly tf: Tfjs;
  readonly params: Readonly<Record<string, Tensor>>;
  readonly batch: ModelBatch;
  readonly random: ModelRandom;
  /** False in evaluation. */
  readonly training: boolean;
}

export interface LossAndCounts {
  /** The SUM of the losses of all targets that count. */
  readonly loss: Tensor;
  /** How many predictions are right, for the accuracy. */
  readonly correct?: Tensor;
}

export interface ModelDefinition {
  /** Parameters by name, or a function that makes them for the data. */
  readonly params:
    Readonly<Record<string, ParamDeclaration>> | ((data: DataSpec) => Readonly<Record<string, ParamDeclaration>>);
  /** A pure function, not async, of shapes that do not depend on values. */
  readonly lossAndCounts: (call: ModelCall) => LossAndCounts;
}

/** Returns `definition` as it is: for completion and checking in an editor. */
export function defineModel(definition: ModelDefinition): ModelDefinition {
  return definition;
}
