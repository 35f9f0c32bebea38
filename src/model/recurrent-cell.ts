// What every recurrent cell offers: a forward pass over all time steps, and its backpropagation through time, by hand.
import type { Tensor2D, Tensor3D } from '@tensorflow/tfjs';
import type { LayerWeights } from './weights.js';

/** What a forward pass leaves for the backward pass, all [steps, rows, ...]. */
export type RecurrentTrace = {
  /** h_t [steps, rows, H] */
  readonly hidden: Tensor3D;
  /** h_{t-1} [steps, rows, H] */
  readonly previousHidden: Tensor3D;
  /** c_t of an LSTM, where its state is carried onwards. */
  readonly cell?: Tensor3D;
};

/** h, and c of an LSTM, each [rows, H]. */
export type States = { readonly hidden: Tensor2D; readonly cell?: Tensor2D };

/** dL/dz_t at the pre-activations [steps, rows, G*H]; every other gradient is a product with one of them. */
export type GateGradients = {
  /** At what x_t W_ih^T + b_ih adds. */
  readonly input: Tensor3D;
  /** At what h_{t-1} W_hh^T + b_hh adds; the same tensor, but for a cell that does not just add the two up. */
  readonly recurrent: Tensor3D;
  /** Of parameters that every row has as it were for itself [rows, ...], summed over time; a shard's rows are summed later. */
  readonly ofRows?: Readonly<Partial<Record<RowParameter, Tensor2D>>>;
};

/** By the names of the layout, `rnn.norm_hh`, and b_hn. */
export type RowParameter = 'hh' | 'cell' | 'cell_bias' | 'hiddenBias';

/** The gradients of a cell whose pre-activations are one sum of both products. */
export function sameGradients(gradient: Tensor3D): GateGradients {
  return { input: gradient, recurrent: gradient };
}

/** The weights of a recurrence; `hiddenBias` is there for a cell that cannot have all of b_hh in `projected`. */
export type RecurrentWeights = Pick<LayerWeights, 'recurrent' | 'recurrentT' | 'hiddenBias' | 'norms'>;

export interface RecurrentCell<Trace extends RecurrentTrace> {
  /** Runs the recurrence from `start`, else from zero. `projected` [steps, rows, G*H] is x_t W_ih^T + `LayerWeights.bias`. */
  forward(projected: Tensor3D, weights: RecurrentWeights, start?: States): Trace;
  /** Runs it backwards: `hiddenGrad` [steps, rows, H] is dL/dh_t from above. */
  backward(trace: Trace, hiddenGrad: Tensor3D, weights: RecurrentWeights): GateGradients;
}
