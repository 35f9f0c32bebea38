// LSTM: Hochreiter and Schmidhuber 1997, forget gate of Gers et al. 2000, PyTorch's gate order i, f, g, o. Few operations a time
// step, since dispatching one costs more than its arithmetic; and all of a step's at once, while its values are in the cache.
import type { Tensor2D, Tensor3D } from '@tensorflow/tfjs';
import { type RecurrentCell, type RecurrentTrace, sameGradients, type States } from './recurrent-cell.js';
import type { Tfjs } from './tfjs.js';

/** One step's values, [rows, H] but `inputForget` [rows, 2H], the gates i | f. */
type LstmStep = Readonly<
  Record<
    'inputForget' | 'input' | 'forget' | 'candidate' | 'output' | 'cell' | 'cellTanh' | 'hidden' | 'previousCell',
    Tensor2D
  >
>;

type LstmTrace = RecurrentTrace & { readonly steps: LstmStep[] };

/** Makes the LSTM cell on `tf`. */
export function lstmCell(tf: Tfjs): RecurrentCell<LstmTrace> {
  return {
    forward: (projected, weights, start) => tf.tidy(() => forward(tf, projected, weights.recurrentT, start)),
    backward: (trace, hiddenGrad, weights) =>
      sameGradients(tf.tidy(() => backward(tf, trace, hiddenGrad, weights.recurrent))),
  };
}

function forward(tf: Tfjs, projected: Tensor3D, recurrentT: Tensor2D, start: States | undefined): LstmTrace {
  const first = start ?? { hidden: tf.zeros([projected.shape[1], recurrentT.shape[0]]) as Tensor2D };
  const steps: LstmStep[] = [];
  for (const projectedStep of tf.unstack(projected) as Tensor2D[]) {
    const { hidden, cell = hidden } = steps.at(-1) ?? first; // zeros both, where neither is given
    steps.push(tf.tidy(() => forwardStep(tf, projectedStep, recurrentT, hidden, cell)));
  }
  const hiddens = steps.map(({ hidden }) => hidden);
  return {
    hidden: tf.stack(hiddens) as Tensor3D,
    previousHidden: tf.stack([first.hidden, ...hiddens.slice(0, -1)]) as Tensor3D,
    ...(start && { cell: tf.stack(steps.map(({ cell }) => cell)) as Tensor3D }),
    steps,
  };
}

function forwardStep(
  tf: Tfjs,
  projected: Tensor2D,
  recurrentT: Tensor2D,
  previousHidden: Tensor2D,
  previousCell: Tensor2D,
): LstmStep {
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
  return {
    inputForget,
    input,
    forget,
    candidate,
    output,
    cell,
    cellTanh,
    hidden,
    previousCell: tf.clone(previousCell),
  };
}

function backward(tf: Tfjs, { steps }: LstmTrace, hiddenGrad: Tensor3D, recurrent: Tensor2D): Tensor3D {
  const fromAbove = tf.unstack(hiddenGrad) as Tensor2D[];
  const gateGrads: Tensor2D[] = [];
  let dHidden = fromAbove.at(-1)!;
  let dCell: Tensor2D | undefined;
  for (let t = steps.length - 1; t >= 0; t--) {
    const step = tf.tidy(() => {
      const { dGates, dCellTotal } = backwardStep(tf, steps[t]!, dHidden, dCell);
      if (t === 0) return { dGates, dHidden, dCell };
      return {
        dGates,
        dHidden: tf.add(tf.matMul(dGates, recurrent), fromAbove[t - 1]!) as Tensor2D,
        dCell: tf.mul(dCellTotal, steps[t]!.forget) as Tensor2D,
      };
    });
    gateGrads.unshift(step.dGates);
    ({ dHidden, dCell } = step);
  }
  return tf.stack(gateGrads) as Tensor3D;
}

/** dL/dz_t [rows, 4H] and dL/dc_t, from dL/dh_t and what reaches c_t from the step after it. */
function backwardStep(tf: Tfjs, step: LstmStep, dHidden: Tensor2D, dCell: Tensor2D | undefined) {
  const { inputForget, input, candidate, output, cellTanh, previousCell } = step;
  const throughHidden = tanhGrad(tf, cellTanh, tf.mul(dHidden, output));
  const dCellTotal: Tensor2D = dCell ? tf.add(dCell, throughHidden) : throughHidden;
  const dInputForget = tf.concat([tf.mul(dCellTotal, candidate), tf.mul(dCellTotal, previousCell)] as Tensor2D[], 1);
  const dGates = tf.concat(
    [
      sigmoidGrad(tf, inputForget, dInputForget),
      tanhGrad(tf, candidate, tf.mul(dCellTotal, input)),
      sigmoidGrad(tf, output, tf.mul(dHidden, cellTanh)),
    ],
    1,
  );
  return { dGates, dCellTotal };
}

/** A captured graph has one operation for it (src/backend/capture/fuse-gradients.ts). */
function tanhGrad(tf: Tfjs, y: Tensor2D, dy: Tensor2D): Tensor2D {
  return tf.mul(dy, tf.sub(1, tf.square(y)));
}

function sigmoidGrad(tf: Tfjs, y: Tensor2D, dy: Tensor2D): Tensor2D {
  return tf.mul(dy, tf.mul(y, tf.sub(1, y)));
}
