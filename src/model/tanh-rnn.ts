// The tanh network of Elman 1990, as in PyTorch: h_t = tanh(x_t W_ih^T + b_ih + h_{t-1} W_hh^T + b_hh).
import type { Tensor2D, Tensor3D } from '@tensorflow/tfjs';
import { sameGradients, type RecurrentCell, type RecurrentTrace } from './recurrent-cell.js';
import type { Tfjs } from './tfjs.js';

/** Makes the tanh cell on `tf`. */
export function tanhCell(tf: Tfjs): RecurrentCell<RecurrentTrace> {
  return {
    forward: (projected, weights) => tf.tidy(() => forward(tf, projected, weights.recurrentT)),
    backward: (trace, hiddenGrad, weights) =>
      sameGradients(tf.tidy(() => backward(tf, trace, hiddenGrad, weights.recurrent))),
  };
}

function forward(tf: Tfjs, projected: Tensor3D, recurrentT: Tensor2D): RecurrentTrace {
  const zeros = tf.zeros([projected.shape[1], recurrentT.shape[0]]) as Tensor2D;
  const states = [zeros];
  let hidden = zeros;
  for (const projectedStep of tf.unstack(projected) as Tensor2D[]) {
    hidden = tf.tidy(() => tf.tanh(tf.add(projectedStep, tf.matMul(hidden, recurrentT))));
    states.push(hidden);
  }
  return { hidden: tf.stack(states.slice(1)) as Tensor3D, previousHidden: tf.stack(states.slice(0, -1)) as Tensor3D };
}

function backward(tf: Tfjs, { hidden }: RecurrentTrace, hiddenGrad: Tensor3D, recurrent: Tensor2D): Tensor3D {
  const slopes = tf.unstack(tf.tidy(() => tf.sub(1, tf.square(hidden)))) as Tensor2D[];
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
