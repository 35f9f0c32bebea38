// What every recurrent cell offers: a forward pass over all time steps, and its backpropagation through time, by hand.
import type { Tensor2D, Tensor3D } from '@tensorflow/tfjs';

/** What a forward pass leaves for the backward pass, all [steps, rows, ...]. */
export type RecurrentTrace = {
  /** h_t [steps, rows, H] */
  readonly hidden: Tensor3D;
  /** h_{t-1} [steps, rows, H] */
  readonly previousHidden: Tensor3D;
};

export interface RecurrentCell<Trace extends RecurrentTrace> {
  /**
   * Runs the recurrence from a zero state.
   * `projected` [steps, rows, G*H] is x_t W_ih^T + b_ih + b_hh; `recurrentT` [H, G*H] is W_hh^T.
   */
  forward(projected: Tensor3D, recurrentT: Tensor2D): Trace;
  /**
   * Runs it backwards: `hiddenGrad` [steps, rows, H] is dL/dh_t from above, `recurrent` [G*H, H] is W_hh.
   * Returns dL/dz_t [steps, rows, G*H], the gradient at the pre-activations: every other gradient is a product with it.
   */
  backward(trace: Trace, hiddenGrad: Tensor3D, recurrent: Tensor2D): Tensor3D;
}
