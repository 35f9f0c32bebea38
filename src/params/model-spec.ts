// What a built-in model is, as a value: everything that its layout and its maths depend on.

/** `rnn`: tanh. `relu`: the same network with rectified units. */
export type Cell = 'rnn' | 'relu' | 'lstm' | 'gru';
/** `binary`: sigmoid cross-entropy of each output with a number from 0 to 1. */
export type LossName = 'softmax' | 'squared-error' | 'binary';
/**
 * `sequence`: one target, read from the last state: at the last valid step, of a reverse direction at the first.
 * `step`: a target at every valid step.
 */
export type TargetsPer = 'sequence' | 'step';

/** A stack of `layers` recurrent layers and a dense head. Ids enter as a one-hot product: `inputSize` is then the vocabulary. */
export interface ModelSpec {
  readonly cell: Cell;
  readonly layers: number;
  readonly inputs: 'dense' | 'ids';
  readonly inputSize: number;
  readonly hiddenSize: number;
  readonly outputSize: number;
  readonly loss: LossName;
  readonly targetsPer: TargetsPer;
  /** Each layer runs over the sequence both ways; its outputs are both directions' side by side, forward first. */
  readonly bidirectional?: boolean;
  /** Ids only: a learned vector of so many values stands for each. */
  readonly embeddingSize?: number;
  /** The share of the outputs of all layers but the last that is left out in training, from 0 to below 1. */
  readonly dropout?: number;
}

/** Directions in which each layer runs: 1 or 2. */
export function numDirections(spec: ModelSpec): number {
  return spec.bidirectional ? 2 : 1;
}

/** Values that a layer gives at each step, both directions side by side. */
export function layerWidth(spec: ModelSpec): number {
  return numDirections(spec) * spec.hiddenSize;
}

/** Targets that a padded batch has room for. */
export function numTargets({ targetsPer }: ModelSpec, { rows, steps }: { rows: number; steps: number }): number {
  return targetsPer === 'step' ? rows * steps : rows;
}

/** Values [layers, states, rows, H] that rows hand from one window to the next: h, and c of an LSTM. */
export function carriedSize({ cell, layers, hiddenSize }: ModelSpec, rows: number): number {
  return layers * (cell === 'lstm' ? 2 : 1) * rows * hiddenSize;
}

/** Values that layer `layer` takes at each step. */
export function layerInputSize(spec: ModelSpec, layer: number): number {
  if (layer > 0) return layerWidth(spec);
  return spec.embeddingSize ?? spec.inputSize;
}
