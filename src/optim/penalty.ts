// L1 and L2 penalties in the loss, as Keras's regularizers: l1 * sum |w| + l2 * sum w^2.
import { isBuffer, type Layout, viewTensor, type ParameterGroup } from '../tensor/layout.js';
import { type ByGroup, valueOfGroup } from './by-group.js';

/** Biases are penalised only where their group is named. */
export interface PenaltyOptions {
  readonly l1: ByGroup;
  readonly l2: ByGroup;
}

/** Adds the penalties' gradient, l1 sign(w) and then 2 l2 w, to the mean gradient in place, float32; sign(0) is 0. Tells whether there are any. */
export function addPenalties(
  grads: Float32Array,
  params: Float32Array,
  layout: Layout,
  penalty: PenaltyOptions,
): boolean {
  if (penalty.l1 === 0 && penalty.l2 === 0) return false;
  for (const tensor of layout.tensors) {
    if (isBuffer(tensor)) continue;
    const gradient = viewTensor(grads, tensor);
    const weights = viewTensor(params, tensor);
    const l1 = penaltyOf(penalty.l1, tensor.group);
    const l2 = penaltyOf(penalty.l2, tensor.group);
    if (l1 !== 0) addL1(gradient, weights, Math.fround(l1));
    if (l2 !== 0) addL2(gradient, weights, Math.fround(2 * l2));
  }
  return true;
}

function penaltyOf(values: ByGroup, group: ParameterGroup): number {
  if (group !== 'bias') return valueOfGroup(values, group);
  return typeof values === 'number' ? 0 : (values.bias ?? 0);
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
