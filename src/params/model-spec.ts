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
  /** What stands on the sums of each cell; `layer`, `rms`, `batch-step`: on W_x x, on W_h h and on an LSTM's c; the others: on W_x x. */
  readonly norm?: Norm;
  /** `batch-step`: time steps that have running averages of their own; later ones take the last one's. */
  readonly normSteps?: number;
  /** The share of the hidden units, and of the LSTM's cells, that keep their old value in training (Krueger et al. 2017). */
  readonly zoneout?: number;
  readonly zoneoutCell?: number;
  /** The share of each layer's inputs and of its h that a whole sequence does without (Gal and Ghahramani 2016). */
  readonly variationalDropout?: number;
  /** LSTM and GRU: the share of the candidate values that is left out (Semeniuta et al. 2016). */
  readonly recurrentDropout?: number;
  /** Plain RNN: the weight of Pascanu's regulariser (Pascanu et al. 2013, eq. 9). */
  readonly omega?: number;
}

/**
 * By row: Ba et al. 2016; Zhang and Sennrich 2019. By the whole global batch: over all time steps (Laurent et al. 2015) or each alone
 * (Cooijmans et al. 2016). By each shard alone, over all time steps: `batch-ghost` (Hoffer et al. 2017).
 */
export type Norm = 'layer' | 'rms' | 'batch' | 'batch-step' | 'batch-ghost';

/** Parts of a model that only tfjs computes: the kernels of native/ do not know them. */
export type TfjsParts = Pick<
  ModelSpec,
  'norm' | 'zoneout' | 'zoneoutCell' | 'variationalDropout' | 'recurrentDropout' | 'omega'
>;

/** Says whether a model has parts that only tfjs computes. */
export function needsTfjs(spec: TfjsParts): boolean {
  return spec.norm !== undefined || spec.omega !== undefined || changesRecurrence(spec);
}

/** The model without dropout and Omega, which are drawn or added in training alone. */
export function withoutDraws(spec: ModelSpec): ModelSpec {
  const { dropout: _, variationalDropout: __, recurrentDropout: ___, omega: ____, ...rest } = spec;
  return rest;
}

/** Says whether each row is normalised by itself. */
export function normalisesRows(norm: Norm | undefined): norm is 'layer' | 'rms' {
  return norm === 'layer' || norm === 'rms';
}

/** Says whether batch normalisation stands on the input path alone. */
export function normalisesInputs(norm: Norm | undefined): norm is 'batch' | 'batch-ghost' {
  return norm === 'batch' || norm === 'batch-ghost';
}

/** Says whether running averages lie among the parameters. */
export function hasRunningAverages({ norm }: TfjsParts): boolean {
  return norm !== undefined && !normalisesRows(norm);
}

/** Says whether the recurrence itself is another than the plain cell's. */
export function changesRecurrence(spec: TfjsParts): boolean {
  const { zoneout, zoneoutCell, variationalDropout, recurrentDropout } = spec;
  const shares = [zoneout, zoneoutCell, variationalDropout, recurrentDropout];
  return normalisesRows(spec.norm) || spec.norm === 'batch-step' || shares.some((share) => share !== undefined);
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
