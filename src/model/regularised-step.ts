// One step of a cell with what may stand inside its recurrence, and its gradient. The step is written forwards alone and tfjs
// differentiates it: by hand each combination of cell, normalisation, zoneout and dropout would be a formula of its own.
import type { Tensor, Tensor2D } from '@tensorflow/tfjs';
import { normalisesRows, type ModelSpec } from '../params/model-spec.js';
import { normaliseRows } from './normalise-rows.js';
import type { RowParameter, States } from './recurrent-cell.js';
import type { Tfjs } from './tfjs.js';

/** The states before a step, and x W_ih^T + b and h W_hh^T [rows, G*H]. */
export type StepInputs = States & { readonly projected: Tensor2D; readonly product: Tensor2D };

/** Gains and biases, for each row as if they were its own: so its gradient is its own too. */
export type RowParameters = Readonly<Partial<Record<RowParameter, Tensor2D>>>;

/** Masks [rows, H]; a share in place of those of zoneout stands for their expectation. */
export type StepMasks = {
  readonly candidate?: Tensor2D | undefined;
  readonly keepHidden?: Tensor2D | number | undefined;
  readonly keepCell?: Tensor2D | number | undefined;
};

export interface StepContext {
  readonly tf: Tfjs;
  readonly spec: ModelSpec;
  readonly masks: StepMasks;
}

/** Takes one step. */
export function advance(context: StepContext, inputs: StepInputs, parameters: RowParameters): States {
  const { tf, spec } = context;
  const product = normalise(context, inputs.product, parameters.hh);
  switch (spec.cell) {
    case 'rnn':
      return zoneOut(context, inputs, { hidden: tf.tanh(tf.add(inputs.projected, product)) });
    case 'relu':
      return zoneOut(context, inputs, { hidden: tf.relu(tf.add(inputs.projected, product)) });
    case 'lstm':
      return zoneOut(context, inputs, lstmStep(context, inputs, product, parameters));
    case 'gru':
      return zoneOut(context, inputs, { hidden: gruStep(context, inputs, product, parameters) });
  }
}

function lstmStep(context: StepContext, inputs: StepInputs, product: Tensor2D, parameters: RowParameters): States {
  const { cell, output } = updateCell(context, inputs.projected, product, inputs.cell!);
  const normalised = normalise(context, cell, parameters.cell);
  return { hidden: readCell(context.tf, normalised, output, parameters), cell };
}

/** The new c of an LSTM, and its output gate. */
export function updateCell(
  { tf, masks }: StepContext,
  projected: Tensor2D,
  product: Tensor2D,
  before: Tensor2D,
): { readonly cell: Tensor2D; readonly output: Tensor2D } {
  const z = tf.split(tf.add(projected, product), 4, 1) as Tensor2D[];
  const [input, forget, candidate, output] = [tf.sigmoid(z[0]!), tf.sigmoid(z[1]!), tf.tanh(z[2]!), tf.sigmoid(z[3]!)];
  const update = tf.mul(input, drop(tf, candidate, masks.candidate));
  return { cell: tf.add(tf.mul(forget, before), update) as Tensor2D, output };
}

/** h of an LSTM, from what `tanh` reads. */
export function readCell(tf: Tfjs, cell: Tensor2D, output: Tensor2D, bias: Pick<RowParameters, 'cell_bias'>): Tensor2D {
  return tf.mul(output, tf.tanh(bias.cell_bias ? tf.add(cell, bias.cell_bias) : cell));
}

function gruStep(context: StepContext, inputs: StepInputs, product: Tensor2D, parameters: RowParameters): Tensor2D {
  const { tf, masks } = context;
  const [xReset, xUpdate, xCandidate] = tf.split(inputs.projected, 3, 1) as [Tensor2D, Tensor2D, Tensor2D];
  const [hReset, hUpdate, hCandidate] = tf.split(product, 3, 1) as [Tensor2D, Tensor2D, Tensor2D];
  const reset = tf.sigmoid(tf.add(xReset, hReset));
  const update = tf.sigmoid(tf.add(xUpdate, hUpdate));
  const candidate = tf.tanh(tf.add(xCandidate, tf.mul(reset, tf.add(hCandidate, parameters.hiddenBias!)))) as Tensor2D;
  const dropped = drop(tf, candidate, masks.candidate);
  return tf.add(dropped, tf.mul(update, tf.sub(inputs.hidden, dropped)));
}

function drop(tf: Tfjs, values: Tensor2D, mask: Tensor2D | undefined): Tensor2D {
  return mask ? tf.mul(values, mask) : values;
}

function normalise({ tf, spec }: StepContext, values: Tensor2D, gain: Tensor2D | undefined): Tensor2D {
  return normalisesRows(spec.norm) && gain ? tf.mul(normaliseRows(tf, spec.norm, values).values, gain) : values;
}

/** Old values where the mask is 1; h is made of the c that would have been without zoneout. */
function zoneOut({ tf, masks }: StepContext, before: States, after: States): States {
  const hidden = keepOld(tf, before.hidden, after.hidden, masks.keepHidden);
  return after.cell ? { hidden, cell: keepOld(tf, before.cell!, after.cell, masks.keepCell) } : { hidden };
}

/** Zoneout of one state. */
export function keepOld(tf: Tfjs, old: Tensor2D, fresh: Tensor2D, keep: Tensor2D | number | undefined): Tensor2D {
  return keep === undefined ? fresh : tf.add(fresh, tf.mul(keep, tf.sub(old, fresh)));
}

/** dL/d of all that a step depends on; `hidden`: past the product, undefined where nothing takes that way. */
export type StepGradients = {
  readonly projected: Tensor2D;
  readonly product: Tensor2D;
  readonly hidden: Tensor2D | undefined;
  readonly cell: Tensor2D | undefined;
  readonly parameters: RowParameters;
};

/** Backpropagates dL/dh_t, and dL/dc_t of an LSTM, through one step. */
export function stepGradients(
  context: StepContext,
  inputs: StepInputs,
  parameters: RowParameters,
  above: States,
): StepGradients {
  const { tf, spec, masks } = context;
  const readsHidden = spec.cell === 'gru' || masks.keepHidden !== undefined;
  const { hidden, ...others } = inputs;
  const given = readsHidden ? inputs : others;
  const [ofInputs, ofParameters] = differentiate(tf, [given, parameters], joinStates(tf, above), (stepInputs, gains) =>
    joinStates(tf, advance(context, { hidden, ...stepInputs }, gains)),
  );
  const { projected, product, hidden: ofHidden, cell } = ofInputs as Partial<StepInputs>;
  return { projected: projected!, product: product!, hidden: ofHidden, cell, parameters: ofParameters };
}

type Named = Readonly<Record<string, Tensor2D | undefined>>;

/** The gradients of `run` with respect to two groups of tensors, from the gradient `above` at its result; it depends on each of them. */
export function differentiate<First extends Named, Second extends Named>(
  tf: Tfjs,
  [first, second]: readonly [First, Second],
  above: Tensor2D,
  run: (first: First, second: Second) => Tensor2D,
): [First, Second] {
  const [firstNames, secondNames] = [Object.keys(first), Object.keys(second)];
  const split = (tensors: readonly Tensor[]): [First, Second] => {
    const named = (names: readonly string[], start: number) =>
      Object.fromEntries(names.map((name, i) => [name, tensors[start + i]]));
    return [named(firstNames, 0) as First, named(secondNames, firstNames.length) as Second];
  };
  const gradients = tf.grads((...tensors: Tensor[]) => run(...split(tensors)));
  const given = [...Object.values(first), ...Object.values(second)] as Tensor[];
  return split(gradients(given, above));
}

function joinStates(tf: Tfjs, { hidden, cell }: States): Tensor2D {
  return cell ? tf.concat([hidden, cell], 1) : hidden;
}
