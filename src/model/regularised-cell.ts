// Every cell with what may stand inside its recurrence (regularised-step.ts), over all steps: normalisation of W_h h and c (Ba et al.
// 2016), zoneout (Krueger et al. 2017), variational (Gal and Ghahramani 2016) and recurrent dropout (Semeniuta et al. 2016).
import type { Tensor1D, Tensor2D, Tensor3D } from '@tensorflow/tfjs';
import type { ModelSpec } from '../params/model-spec.js';
import type {
  GateGradients,
  RecurrentCell,
  RecurrentTrace,
  RecurrentWeights,
  RowParameter,
  States,
} from './recurrent-cell.js';
import { advance, type RowParameters, type StepContext, stepGradients, type StepInputs } from './regularised-step.js';
import type { CellMaskTensors } from './stack-tensors.js';
import type { Tfjs } from './tfjs.js';

type RegularisedTrace = RecurrentTrace & { readonly steps: StepInputs[] };

/** What all steps of a layer have in common. */
interface Recurrence {
  readonly tf: Tfjs;
  readonly spec: ModelSpec;
  /** [steps] */
  readonly contexts: readonly StepContext[];
  readonly parameters: RowParameters;
  /** Variational dropout of h, and its way back. */
  dropHidden(values: Tensor2D): Tensor2D;
}

/** Makes the cell of `spec`; without `masks`, in evaluation, zoneout takes expectations and nothing is dropped. */
export function regularisedCell(tf: Tfjs, spec: ModelSpec, masks: CellMaskTensors): RecurrentCell<RegularisedTrace> {
  const recurrence = (weights: RecurrentWeights, steps: number, rows: number): Recurrence => ({
    tf,
    spec,
    contexts: contextsOfSteps(tf, spec, masks, steps),
    parameters: rowParameters(tf, weights, rows),
    dropHidden: (values) => (masks.hidden ? tf.mul(values, tf.reshape(masks.hidden, values.shape)) : values),
  });
  return {
    forward: (projected, weights, start) =>
      tf.tidy(() => forward(recurrence(weights, projected.shape[0], projected.shape[1]), projected, weights, start)),
    backward: (trace, hiddenGrad, weights) =>
      tf.tidy(() => {
        const [steps, rows] = hiddenGrad.shape;
        return backward(recurrence(weights, steps, rows), trace, hiddenGrad, weights);
      }),
  };
}

export function contextsOfSteps(tf: Tfjs, spec: ModelSpec, masks: CellMaskTensors, steps: number): StepContext[] {
  const byStep = (mask: Tensor3D | undefined) => mask && (tf.unstack(mask) as Tensor2D[]);
  const [candidate, keepHidden, keepCell] = [masks.candidate, masks.keepHidden, masks.keepCell].map(byStep);
  return Array.from({ length: steps }, (_, t) => ({
    tf,
    spec,
    masks: {
      candidate: candidate?.[t],
      keepHidden: keepHidden?.[t] ?? spec.zoneout,
      keepCell: keepCell?.[t] ?? spec.zoneoutCell,
    },
  }));
}

export function rowParameters(tf: Tfjs, { norms, hiddenBias }: RecurrentWeights, rows: number): RowParameters {
  const given = { hh: norms?.hh, cell: norms?.cell, cell_bias: norms?.cell_bias, hiddenBias };
  const present = Object.entries(given).filter((entry): entry is [RowParameter, Tensor1D] => entry[1] !== undefined);
  return Object.fromEntries(
    present.map(([name, values]) => [name, tf.tile(tf.reshape(values, [1, values.size]), [rows, 1])]),
  );
}

function forward(
  run: Recurrence,
  projected: Tensor3D,
  { recurrentT }: RecurrentWeights,
  start: States | undefined,
): RegularisedTrace {
  const { tf, spec, contexts, parameters } = run;
  const zeros = tf.zeros([projected.shape[1], spec.hiddenSize]) as Tensor2D;
  const steps: StepInputs[] = [];
  const reads: Tensor2D[] = [];
  const hiddens: Tensor2D[] = [];
  const cells: Tensor2D[] = [];
  let states: States = start ?? (spec.cell === 'lstm' ? { hidden: zeros, cell: zeros } : { hidden: zeros });
  (tf.unstack(projected) as Tensor2D[]).forEach((projectedStep, t) => {
    const read = run.dropHidden(states.hidden);
    const inputs: StepInputs = { ...states, projected: projectedStep, product: tf.matMul(read, recurrentT) };
    states = tf.tidy(() => advance(contexts[t]!, inputs, parameters));
    steps.push(inputs);
    reads.push(read);
    hiddens.push(states.hidden);
    if (start && states.cell) cells.push(states.cell);
  });
  return {
    hidden: tf.stack(hiddens) as Tensor3D,
    previousHidden: tf.stack(reads) as Tensor3D,
    ...(cells.length > 0 && { cell: tf.stack(cells) as Tensor3D }),
    steps,
  };
}

function backward(
  run: Recurrence,
  { steps }: RegularisedTrace,
  hiddenGrad: Tensor3D,
  { recurrent }: RecurrentWeights,
): GateGradients {
  const { tf, contexts, parameters } = run;
  const fromAbove = tf.unstack(hiddenGrad) as Tensor2D[];
  const inputGrads: Tensor2D[] = [];
  const recurrentGrads: Tensor2D[] = [];
  let hidden = fromAbove.at(-1)!;
  let cell: Tensor2D | undefined = steps[0]!.cell && tf.zerosLike(hidden);
  let ofRows: RowParameters | undefined;
  for (let t = steps.length - 1; t >= 0; t--) {
    const grads = tf.tidy(() => stepGradients(contexts[t]!, steps[t]!, parameters, { hidden, ...(cell && { cell }) }));
    inputGrads.unshift(grads.projected);
    recurrentGrads.unshift(grads.product);
    ofRows = ofRows ? addRows(tf, ofRows, grads.parameters) : grads.parameters;
    if (t === 0) break;
    const throughProduct = run.dropHidden(tf.matMul(grads.product, recurrent));
    const direct: Tensor2D = grads.hidden ? tf.add(throughProduct, grads.hidden) : throughProduct;
    hidden = tf.add(direct, fromAbove[t - 1]!);
    ({ cell } = grads);
  }
  return {
    input: tf.stack(inputGrads) as Tensor3D,
    recurrent: tf.stack(recurrentGrads) as Tensor3D,
    ofRows: ofRows ?? {},
  };
}

export function addRows(tf: Tfjs, left: RowParameters, right: RowParameters): RowParameters {
  const sums = Object.entries(left).map(([name, values]) => [name, tf.add(values, right[name as RowParameter]!)]);
  return Object.fromEntries(sums) as RowParameters;
}
