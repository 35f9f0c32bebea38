// GRU: Cho and others 2014, in PyTorch's form (gates r, z, n, the reset gate after the product), which cuDNN's and Keras's
// `reset_after` are too.
import type { Tensor2D, Tensor3D } from '@tensorflow/tfjs';
import type { GateGradients, RecurrentCell, RecurrentTrace, RecurrentWeights, States } from './recurrent-cell.js';
import type { Tfjs } from './tfjs.js';

/** One step's values, [rows, H] but `resetUpdate` [rows, 2H], the gates r | z; `hiddenSum` is W_hn h_{t-1} + b_hn. */
type GruStep = Readonly<Record<'resetUpdate' | 'candidate' | 'hiddenSum' | 'hidden' | 'previousHidden', Tensor2D>>;

type GruTrace = RecurrentTrace & {
  readonly gates: Readonly<Record<'resetUpdate' | 'candidate' | 'hiddenSum', Tensor3D>>;
};

/** Makes the GRU cell on `tf`. */
export function gruCell(tf: Tfjs): RecurrentCell<GruTrace> {
  return {
    forward: (projected, weights, start) => tf.tidy(() => forward(tf, projected, weights, start)),
    backward: (trace, hiddenGrad, weights) => tf.tidy(() => backward(tf, trace, hiddenGrad, weights)),
  };
}

function forward(tf: Tfjs, projected: Tensor3D, weights: RecurrentWeights, start: States | undefined): GruTrace {
  const steps: GruStep[] = [];
  let hidden = start?.hidden ?? (tf.zeros([projected.shape[1], weights.recurrentT.shape[0]]) as Tensor2D);
  for (const projectedStep of tf.unstack(projected) as Tensor2D[]) {
    const step = tf.tidy(() => forwardStep(tf, projectedStep, weights, hidden));
    steps.push({ ...step, previousHidden: hidden });
    ({ hidden } = step);
  }
  const overTime = (name: keyof GruStep) => tf.stack(steps.map((step) => step[name])) as Tensor3D;
  return {
    hidden: overTime('hidden'),
    previousHidden: overTime('previousHidden'),
    gates: {
      resetUpdate: overTime('resetUpdate'),
      candidate: overTime('candidate'),
      hiddenSum: overTime('hiddenSum'),
    },
  };
}

function forwardStep(tf: Tfjs, projected: Tensor2D, { recurrentT, hiddenBias }: RecurrentWeights, previous: Tensor2D) {
  const units = recurrentT.shape[0];
  const [inputSums, inputCandidate] = tf.split(projected, [2 * units, units], 1) as [Tensor2D, Tensor2D];
  const product = tf.matMul(previous, recurrentT); // [rows, 3H]
  const [hiddenSums, hiddenCandidate] = tf.split(product, [2 * units, units], 1) as [Tensor2D, Tensor2D];
  const resetUpdate = tf.sigmoid(tf.add(inputSums, hiddenSums)) as Tensor2D;
  const [reset, update] = tf.split(resetUpdate, 2, 1) as [Tensor2D, Tensor2D];
  const hiddenSum = tf.add(hiddenCandidate, hiddenBias!) as Tensor2D;
  const candidate = tf.tanh(tf.add(inputCandidate, tf.mul(reset, hiddenSum))) as Tensor2D;
  const hidden = tf.add(candidate, tf.mul(update, tf.sub(previous, candidate))) as Tensor2D;
  return { resetUpdate, candidate, hiddenSum, hidden };
}

function backward(tf: Tfjs, trace: GruTrace, hiddenGrad: Tensor3D, { recurrent }: RecurrentWeights): GateGradients {
  const factors = localDerivatives(tf, trace);
  const toRecurrent = tf.unstack(factors.toRecurrent) as Tensor2D[];
  const update = tf.unstack(factors.update) as Tensor2D[];
  const fromAbove = tf.unstack(hiddenGrad) as Tensor2D[];
  const hiddenGrads: Tensor2D[] = [];
  const recurrentGrads: Tensor2D[] = [];
  let dHidden = fromAbove.at(-1)!;
  for (let t = fromAbove.length - 1; t >= 0; t--) {
    hiddenGrads.unshift(dHidden);
    const step = tf.tidy(() => {
      const dSums = tf.mul(tf.concat([dHidden, dHidden, dHidden], 1), toRecurrent[t]!) as Tensor2D;
      if (t === 0) return { dSums, dHidden };
      const direct = tf.add(tf.mul(dHidden, update[t]!), fromAbove[t - 1]!);
      return { dSums, dHidden: tf.add(tf.matMul(dSums, recurrent), direct) as Tensor2D };
    });
    recurrentGrads.unshift(step.dSums);
    ({ dHidden } = step);
  }
  const dHiddens = tf.stack(hiddenGrads) as Tensor3D;
  const recurrentGrad = tf.stack(recurrentGrads) as Tensor3D; // dr | dz | dn r
  const units = dHiddens.shape[2];
  const resetUpdateGrad = tf.slice(recurrentGrad, [0, 0, 0], [-1, -1, 2 * units]);
  const candidateGrad = tf.mul(dHiddens, factors.toCandidate) as Tensor3D;
  return { input: tf.concat([resetUpdateGrad, candidateGrad], 2), recurrent: recurrentGrad };
}

/** All that does not depend on the gradient, for all time steps at once. */
function localDerivatives(tf: Tfjs, { gates, previousHidden }: GruTrace) {
  return tf.tidy(() => {
    const { resetUpdate, candidate, hiddenSum } = gates;
    const [reset, update] = tf.split(resetUpdate, 2, 2) as [Tensor3D, Tensor3D];
    const [resetSlope, updateSlope] = tf.split(tf.mul(resetUpdate, tf.sub(1, resetUpdate)), 2, 2) as Tensor3D[];
    const toCandidate = tf.mul(tf.sub(1, update), tf.sub(1, tf.square(candidate))) as Tensor3D;
    const toReset = tf.mul(tf.mul(toCandidate, hiddenSum), resetSlope!) as Tensor3D;
    const toUpdate = tf.mul(tf.sub(previousHidden, candidate), updateSlope!) as Tensor3D;
    return {
      /** (dr, dz, dn r) = (dh, dh, dh) * toRecurrent [steps, rows, 3H] */
      toRecurrent: tf.concat([toReset, toUpdate, tf.mul(toCandidate, reset) as Tensor3D], 2),
      /** dn = dh * toCandidate */
      toCandidate,
      update: tf.clone(update),
    };
  });
}
