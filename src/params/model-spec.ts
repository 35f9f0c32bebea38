// What a built-in model is, as a value: everything that its layout and its maths depend on.

export type Cell = 'rnn' | 'lstm';
export type LossName = 'softmax' | 'squared-error';
/** `sequence`: one target, read at the last valid step. `step`: a target at every valid step. */
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
}
