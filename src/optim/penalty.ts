// L1 and L2 penalties in the loss, as Keras's regularizers: l1 * sum |w| + l2 * sum w^2, on weight matrices, not on biases.
import { type Layout, viewTensor } from '../tensor/layout.js';

export interface PenaltyOptions {
  readonly l1: number;
  readonly l2: number;
}

/** Adds the penalties' gradient, l1 sign(w) and then 2 l2 w, to the mean gradient in place, float32; sign(0) is 0. */
export function addPenalties(grads: Float32Array, params: Float32Array, layout: Layout, penalty: PenaltyOptions): void {
  for (const tensor of layout.tensors) {
    if (tensor.group === 'bias') continue;
    const gradient = viewTensor(grads, tensor);
    const weights = viewTensor(params, tensor);
    if (penalty.l1 !== 0) addL1(gradient, weights, Math.fround(penalty.l1));
    if (penalty.l2 !== 0) addL2(gradient, weights, Math.fround(2 * penalty.l2));
  }
}

function addL1(gradient: Float32Array, weights: Float32Array, l1: number): void {
  for (let i = 0; i < gradient.length; i++) {
    const weight = weights[i]!;
    if (weight > 0) gradient[i] = gradient[i]! + l1;
    else if (weight < 0) gradient[i] = gradient[i]! - l1;
  }
}

function addL2(gradient: Float32Array, weights: Float32Array, twoL2: number): void {
  for (let i = 0; i < gradient.length; i++) gradient[i] = gradient[i]! + Math.fround(twoL2 * weights[i]!);
}
