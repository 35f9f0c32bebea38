// Batch normalisation inside the recurrence, at each time step by its own statistics (Cooijmans et al. 2016): W_x x beside W_h h, then an
// LSTM's c. All shards go in step: before each of the two the computation stops for what all of them make.
import type { Tensor2D, Tensor3D } from '@tensorflow/tfjs';
import type { ModelSpec } from '../params/model-spec.js';
import { type BatchNormalised, normaliseBatch, normaliseBatchBackward } from './batch-norm.js';
import { type DirectionLockstep, gradientSumsOfShards, momentsOfShards } from './lockstep.js';
import type { GateGradients, RecurrentTrace, States } from './recurrent-cell.js';
import { addRows, contextsOfSteps, rowParameters } from './regularised-cell.js';
import {
  advance,
  differentiate,
  keepOld,
  readCell,
  type RowParameters,
  type StepContext,
  stepGradients,
  updateCell,
} from './regularised-step.js';
import type { StackShape } from './shard-stack.js';
import type { CellMaskTensors } from './stack-tensors.js';
import type { Tfjs } from './tfjs.js';
import type { LayerWeights } from './weights.js';

/** What one direction of a layer runs on. */
export interface LockstepRun {
  readonly tf: Tfjs;
  readonly spec: ModelSpec;
  readonly shape: StackShape;
  readonly weights: LayerWeights;
  readonly masks: CellMaskTensors;
  /** [steps, rows, 1] in the order in which the direction runs. */
  readonly valid: Tensor3D;
}

/** What a step leaves for the way back. */
type StepTrace = {
  readonly before: States;
  /** x W_ih^T and h W_hh^T normalised [1, rows, 2 G*H], and what gains and bias make of each. */
  readonly sums: BatchNormalised;
  readonly projected: Tensor2D;
  readonly product: Tensor2D;
  /** LSTM: c normalised [1, rows, H], and the output gate. */
  readonly cell?: { readonly normalised: BatchNormalised; readonly output: Tensor2D };
};

export type LockstepTrace = RecurrentTrace & { readonly steps: readonly StepTrace[] };

/** Of each place [steps, rows, ...], as `GateGradients` has them, and at x W_ih^T and at its gain before the sum over places. */
export type LockstepGradients = GateGradients & { readonly inputProduct: Tensor3D; readonly inputGains: Tensor3D };

/** Runs the recurrence; `products` [steps, rows, G*H] is x W_ih^T. */
export function* lockstepForward(run: LockstepRun, products: Tensor3D): DirectionLockstep<LockstepTrace> {
  const { tf, spec, shape, weights } = run;
  const [numSteps, rows] = products.shape;
  const { contexts, parameters } = prepare(run, numSteps, rows);
  const valid = tf.unstack(run.valid) as Tensor2D[];
  const zeros = tf.zeros([rows, spec.hiddenSize]) as Tensor2D;
  let states: States = spec.cell === 'lstm' ? { hidden: zeros, cell: zeros } : { hidden: zeros };
  const [steps, reads, hiddens]: [StepTrace[], Tensor2D[], Tensor2D[]] = [[], [], []];
  for (const [t, ofInput] of (tf.unstack(products) as Tensor2D[]).entries()) {
    const [context, ofStep, before] = [contexts[t]!, asOneStep(tf, valid[t]!), states];
    const read = dropHidden(run, before.hidden);
    const both = tf.tidy(() => asOneStep(tf, tf.concat([ofInput, tf.matMul(read, weights.recurrentT)], 1)));
    const moments = yield { isForward: true, parts: () => momentsOfShards(tf, shape, both, ofStep) };
    const sums = normaliseBatch(tf, both, moments);
    const [x, h] = halves(tf, sums.values);
    const projected: Tensor2D = tf.tidy(() => tf.add(tf.mul(x, weights.norms!.ih), weights.bias));
    const product: Tensor2D = tf.mul(h, weights.norms!.hh!);
    const trace = { before, sums, projected, product };
    if (before.cell) {
      const fresh = tf.tidy(() => updateCell(context, projected, product, before.cell!));
      const cell = asOneStep(tf, fresh.cell);
      const ofCell = yield { isForward: true, parts: () => momentsOfShards(tf, shape, cell, ofStep) };
      const normalised = normaliseBatch(tf, cell, ofCell);
      states = tf.tidy(() => ({
        hidden: readNormalised(context, before, normalised.values, fresh.output, parameters),
        cell: keepOld(tf, before.cell!, fresh.cell, context.masks.keepCell),
      }));
      steps.push({ ...trace, cell: { normalised, output: fresh.output } });
    } else {
      states = tf.tidy(() => advance(context, { ...before, projected, product }, parameters));
      steps.push(trace);
    }
    reads.push(read);
    hiddens.push(states.hidden);
  }
  return { hidden: tf.stack(hiddens) as Tensor3D, previousHidden: tf.stack(reads) as Tensor3D, steps };
}

/** Runs it backwards; `hiddenGrad` [steps, rows, H] is dL/dh_t from above. */
export function* lockstepBackward(
  run: LockstepRun,
  { steps }: LockstepTrace,
  hiddenGrad: Tensor3D,
): DirectionLockstep<LockstepGradients> {
  const { tf, shape, weights } = run;
  const [numSteps, rows] = hiddenGrad.shape;
  const { contexts, parameters } = prepare(run, numSteps, rows);
  const valid = tf.unstack(run.valid) as Tensor2D[];
  const fromAbove = tf.unstack(hiddenGrad) as Tensor2D[];
  const found: { input: Tensor2D; inputGains: Tensor2D; inputProduct: Tensor2D; recurrent: Tensor2D }[] = [];
  let hidden = fromAbove.at(-1)!;
  let cell: Tensor2D | undefined = steps[0]!.before.cell && tf.zerosLike(hidden);
  let ofRows: RowParameters | undefined;
  for (let t = numSteps - 1; t >= 0; t--) {
    const [step, context, ofStep] = [steps[t]!, contexts[t]!, asOneStep(tf, valid[t]!)];
    const ofCell = step.cell && cell && (yield* throughCell(run, context, step, { hidden, cell }, parameters, ofStep));
    const grads =
      ofCell ??
      tf.tidy(() => {
        const { before, projected, product } = step;
        return stepGradients(context, { ...before, projected, product }, parameters, { hidden });
      });
    const ofSums = tf.tidy(() =>
      asOneStep(
        tf,
        tf.concat([tf.mul(grads.projected, weights.norms!.ih), tf.mul(grads.product, weights.norms!.hh!)], 1),
      ),
    );
    const { values } = step.sums;
    const means = yield { isForward: false, parts: () => gradientSumsOfShards(tf, shape, ofSums, values, ofStep) };
    const through = normaliseBatchBackward(tf, step.sums, ofSums, means, ofStep);
    const [inputProduct, recurrent] = halves(tf, through);
    const [x, h] = halves(tf, values);
    found.unshift({ input: grads.projected, inputGains: tf.mul(grads.projected, x), inputProduct, recurrent });
    const gains: RowParameters = { ...grads.parameters, hh: tf.mul(grads.product, h) };
    ofRows = ofRows ? addRows(tf, ofRows, gains) : gains;
    if (t === 0) break;
    hidden = tf.tidy(() => {
      const throughProduct = dropHidden(run, tf.matMul(recurrent, weights.recurrent));
      const direct: Tensor2D = grads.hidden ? tf.add(throughProduct, grads.hidden) : throughProduct;
      return tf.add(direct, fromAbove[t - 1]!);
    });
    ({ cell } = grads);
  }
  const overTime = (name: keyof (typeof found)[number]) => tf.stack(found.map((one) => one[name])) as Tensor3D;
  return {
    input: overTime('input'),
    inputGains: overTime('inputGains'),
    inputProduct: overTime('inputProduct'),
    recurrent: overTime('recurrent'),
    ofRows: ofRows!,
  };
}

/** Through h and c of an LSTM's step, to what its sums and c were before. */
function* throughCell(
  { tf, shape }: LockstepRun,
  context: StepContext,
  { before, projected, product, cell }: StepTrace,
  above: Required<States>,
  { cell: gain, cell_bias: bias }: RowParameters,
  ofStep: Tensor3D,
): DirectionLockstep<ReturnType<typeof stepGradients>> {
  const { normalised, output } = cell!;
  const keepsHidden = context.masks.keepHidden !== undefined;
  const values: Tensor2D = tf.reshape(normalised.values, output.shape);
  const inputs = { values, output, ...(keepsHidden && { hidden: before.hidden }) };
  const [ofRead, parameters] = tf.tidy(() =>
    differentiate(tf, [inputs, { cell: gain!, cell_bias: bias! }], above.hidden, (given, gains) =>
      readNormalised(context, { hidden: before.hidden, ...given }, given.values, given.output, gains),
    ),
  );
  const ofValues = asOneStep(tf, ofRead.values);
  const means = yield {
    isForward: false,
    parts: () => gradientSumsOfShards(tf, shape, ofValues, normalised.values, ofStep),
  };
  const ofFresh = normaliseBatchBackward(tf, normalised, ofValues, means, ofStep);
  return tf.tidy(() => {
    const given = { projected, product, cell: before.cell! };
    const [ofUpdate] = differentiate(
      tf,
      [given, {}],
      tf.concat([flatten(tf, ofFresh), ofRead.output, above.cell], 1),
      (z) => {
        const fresh = updateCell(context, z.projected, z.product, z.cell);
        return tf.concat([fresh.cell, fresh.output, keepOld(tf, z.cell, fresh.cell, context.masks.keepCell)], 1);
      },
    );
    return { ...ofUpdate, hidden: (ofRead as { hidden?: Tensor2D }).hidden, parameters };
  });
}

/** h, from c as it was normalised. */
function readNormalised(
  { tf, masks }: StepContext,
  before: Pick<States, 'hidden'>,
  values: Tensor2D | Tensor3D,
  output: Tensor2D,
  { cell, cell_bias }: RowParameters,
): Tensor2D {
  const gained: Tensor2D = tf.mul(tf.reshape(values, output.shape), cell!);
  return keepOld(tf, before.hidden, readCell(tf, gained, output, { cell_bias: cell_bias! }), masks.keepHidden);
}

function prepare({ tf, spec, weights, masks }: LockstepRun, steps: number, rows: number) {
  const { hh: _, ...parameters } = rowParameters(tf, weights, rows);
  return { contexts: contextsOfSteps(tf, spec, masks, steps), parameters };
}

function dropHidden({ tf, masks }: LockstepRun, values: Tensor2D): Tensor2D {
  return masks.hidden ? tf.mul(values, tf.reshape(masks.hidden, values.shape)) : values;
}

function asOneStep(tf: Tfjs, values: Tensor2D): Tensor3D {
  return tf.reshape(values, [1, ...values.shape]);
}

function flatten(tf: Tfjs, values: Tensor3D): Tensor2D {
  return tf.reshape(values, [values.shape[1], values.shape[2]]);
}

/** [1, rows, 2 n] to two of [rows, n]. */
function halves(tf: Tfjs, values: Tensor3D): [Tensor2D, Tensor2D] {
  const [, rows, size] = values.shape;
  return tf.split(values, 2, 2).map((half) => tf.reshape(half, [rows, size / 2])) as [Tensor2D, Tensor2D];
}
