// LSTM: Hochreiter and Schmidhuber 1997, forget gate of Gers et al. 2000, PyTorch's gate order i, f, g, o. Few large operations
// a time step, since dispatching one costs more than its arithmetic: 12 forward, 7 backward.
import type { Tensor2D, Tensor3D } from '@tensorflow/tfjs';
import { sameGradients, type RecurrentCell, type RecurrentTrace } from './recurrent-cell.js';
import type { Tfjs } from './tfjs.js';

/** One step's values, [rows, H] but `inputForget` [rows, 2H], the gates i | f. */
type LstmStep = Readonly<
  Record<
    'inputForget' | 'candidate' | 'output' | 'cell' | 'cellTanh' | 'hidden' | 'previousCell' | 'previousHidden',
    Tensor2D
  >
>;

type LstmTrace = RecurrentTrace & {
  readonly gates: Readonly<Record<'inputForget' | 'candidate' | 'output' | 'cellTanh' | 'previousCell', Tensor3D>>;
};

/** Makes the LSTM cell on `tf`. */
export function lstmCell(tf: Tfjs): RecurrentCell<LstmTrace> {
  return {
    forward: (projected, weights) => tf.tidy(() => forward(tf, projected, weights.recurrentT)),
    backward: (trace, hiddenGrad, weights) =>
      sameGradients(tf.tidy(() => backward(tf, trace, hiddenGrad, weights.recurrent))),
  };
}

function forward(tf: Tfjs, projected: Tensor3D, recurrentT: Tensor2D): LstmTrace {
  const zeros = tf.zeros([projected.shape[1], recurrentT.shape[0]]) as Tensor2D;
  const steps: LstmStep[] = [];
  let [hidden, cell] = [zeros, zeros];
  for (const projectedStep of tf.unstack(projected) as Tensor2D[]) {
    const step = tf.tidy(() => forwardStep(tf, projectedStep, recurrentT, hidden, cell));
    steps.push({ ...step, previousHidden: hidden, previousCell: cell });
    ({ hidden, cell } = step);
  }
  const overTime = (name: keyof LstmStep) => tf.stack(steps.map((step) => step[name])) as Tensor3D;
  return {
    hidden: overTime('hidden'),
    previousHidden: overTime('previousHidden'),
    gates: {
      inputForget: overTime('inputForget'),
      candidate: overTime('candidate'),
      output: overTime('output'),
      cellTanh: overTime('cellTanh'),
      previousCell: overTime('previousCell'),
    },
  };
}

function forwardStep(
  tf: Tfjs,
  projected: Tensor2D,
  recurrentT: Tensor2D,
  previousHidden: Tensor2D,
  previousCell: Tensor2D,
) {
  const units = recurrentT.shape[0];
  const z = tf.add(projected, tf.matMul(previousHidden, recurrentT)) as Tensor2D; // [rows, 4H]
  const [zInputForget, zCandidate, zOutput] = tf.split(z, [2 * units, units, units], 1) as [
    Tensor2D,
    Tensor2D,
    Tensor2D,
  ];
  const inputForget = tf.sigmoid(zInputForget);
  const candidate = tf.tanh(zCandidate);
  const output = tf.sigmoid(zOutput);
  const [input, forget] = tf.split(inputForget, 2, 1) as [Tensor2D, Tensor2D];
  const cell = tf.add(tf.mul(forget, previousCell), tf.mul(input, candidate)) as Tensor2D;
  const cellTanh = tf.tanh(cell);
  const hidden = tf.mul(output, cellTanh) as Tensor2D;
  return { inputForget, candidate, output, cell, cellTanh, hidden };
}

function backward(tf: Tfjs, trace: LstmTrace, hiddenGrad: Tensor3D, recurrent: Tensor2D): Tensor3D {
  const factors = localDerivatives(tf, trace);
  const toGates = tf.unstack(factors.toGates) as Tensor2D[];
  const toCell = tf.unstack(factors.toCell) as Tensor2D[];
  const forget = tf.unstack(factors.forget) as Tensor2D[];
  const fromAbove = tf.unstack(hiddenGrad) as Tensor2D[];

  const gateGrads: Tensor2D[] = [];
  let dHidden = fromAbove.at(-1)!;
  let dCell = tf.zerosLike(dHidden);
  for (let t = fromAbove.length - 1; t >= 0; t--) {
    const step = tf.tidy(() => {
      const dCellTotal = tf.add(dCell, tf.mul(dHidden, toCell[t]!)) as Tensor2D;
      const dGates = tf.mul(tf.concat([dCellTotal, dCellTotal, dCellTotal, dHidden], 1), toGates[t]!) as Tensor2D;
      if (t === 0) return { dGates, dHidden, dCell };
      return {
        dGates,
        dHidden: tf.add(tf.matMul(dGates, recurrent), fromAbove[t - 1]!) as Tensor2D,
        dCell: tf.mul(dCellTotal, forget[t]!) as Tensor2D,
      };
    });
    gateGrads.unshift(step.dGates);
    ({ dHidden, dCell } = step);
  }
  return tf.stack(gateGrads) as Tensor3D;
}

/** All that does not depend on the gradient, for all time steps at once; f(1-f) and 1-g^2 are the gates' own slopes. */
function localDerivatives(tf: Tfjs, { gates }: LstmTrace) {
  return tf.tidy(() => {
    const [input, forget] = tf.split(gates.inputForget, 2, 2) as [Tensor3D, Tensor3D];
    const inputForgetSlope = tf.mul(gates.inputForget, tf.sub(1, gates.inputForget));
    const toInputForget = tf.mul(tf.concat([gates.candidate, gates.previousCell], 2), inputForgetSlope);
    const toCandidate = tf.mul(input, tf.sub(1, tf.square(gates.candidate)));
    const toOutput = tf.mul(gates.cellTanh, tf.mul(gates.output, tf.sub(1, gates.output)));
    return {
      /** dz = (dc, dc, dc, dh) * toGates [steps, rows, 4H] */
      toGates: tf.concat([toInputForget, toCandidate, toOutput] as Tensor3D[], 2),
      /** dc += dh * toCell, where h = o tanh(c) */
      toCell: tf.mul(gates.output, tf.sub(1, tf.square(gates.cellTanh))) as Tensor3D,
      forget: tf.clone(forget),
    };
  });
}
