// The network of Elman 1990, as in PyTorch: h_t = a(x_t W_ih^T + b_ih + h_{t-1} W_hh^T + b_hh), a = tanh or relu (Le and others 2015).
import type { Tensor, Tensor2D, Tensor3D } from '@tensorflow/tfjs';
import { sameGradients, type RecurrentCell, type RecurrentTrace, type States } from './recurrent-cell.js';
import type { Tfjs } from './tfjs.js';

/** What the units do to their sums, and its slope as a function of the result. */
interface Activation {
  apply(sums: Tensor): Tensor;
  slope(hidden: Tensor): Tensor;
}

/** Makes the tanh or the relu cell on `tf`. */
export function elmanCell(tf: Tfjs, name: 'tanh' | 'relu'): RecurrentCell<RecurrentTrace> {
  const activation = name === 'tanh' ? tanhOf(tf) : reluOf(tf);
  return {
    forward: (projected, weights, start) =>
      tf.tidy(() => forward(tf, activation, projected, weights.recurrentT, start)),
    backward: (trace, hiddenGrad, weights) =>
      sameGradients(tf.tidy(() => backward(tf, activation, trace, hiddenGrad, weights.recurrent))),
  };
}

function tanhOf(tf: Tfjs): Activation {
  return { apply: (sums) => tf.tanh(sums), slope: (hidden) => tf.sub(1, tf.square(hidden)) };
}

// The sign of a rectified value is its slope: 1 above 0, and 0 at 0 as in PyTorch.
function reluOf(tf: Tfjs): Activation {
  return { apply: (sums) => tf.relu(sums), slope: (hidden) => tf.sign(hidden) };
}

function forward(
  tf: Tfjs,
  activation: Activation,
  projected: Tensor3D,
  recurrentT: Tensor2D,
  start: States | undefined,
): RecurrentTrace {
  let hidden = start?.hidden ?? (tf.zeros([projected.shape[1], recurrentT.shape[0]]) as Tensor2D);
  const states = [hidden];
  for (const projectedStep of tf.unstack(projected) as Tensor2D[]) {
    hidden = tf.tidy(() => activation.apply(tf.add(projectedStep, tf.matMul(hidden, recurrentT))) as Tensor2D);
    states.push(hidden);
  }
  return { hidden: tf.stack(states.slice(1)) as Tensor3D, previousHidden: tf.stack(states.slice(0, -1)) as Tensor3D };
}

function backward(
  tf: Tfjs,
  activation: Activation,
  { hidden }: RecurrentTrace,
  hiddenGrad: Tensor3D,
  recurrent: Tensor2D,
): Tensor3D {
  const slopes = tf.unstack(tf.tidy(() => activation.slope(hidden))) as Tensor2D[];
  const fromAbove = tf.unstack(hiddenGrad) as Tensor2D[];
  const gateGrads: Tensor2D[] = [];
  let dGates = tf.mul(fromAbove.at(-1)!, slopes.at(-1)!) as Tensor2D;
  gateGrads.unshift(dGates);
  for (let t = fromAbove.length - 2; t >= 0; t--) {
    dGates = tf.tidy(() => {
      const dHidden = tf.add(tf.matMul(dGates, recurrent), fromAbove[t]!);
      return tf.mul(dHidden, slopes[t]!) as Tensor2D;
    });
    gateGrads.unshift(dGates);
  }
  return tf.stack(gateGrads) as Tensor3D;
}
