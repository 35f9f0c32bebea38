// What a network computes on one stack of shards, as a pure function of tensors: weights and data in, losses and gradients out,
// shapes that depend on the stack's shape alone. So it can run as it stands, or be recorded once and replayed as one graph.
import type { Tensor1D, Tensor2D, Tensor3D } from '@tensorflow/tfjs';
import { hasRunningAverages, layerWidth, type ModelSpec } from '../params/model-spec.js';
import { type CarriedTensors, endedStates } from './carried-state.js';
import { headBackward, type HeadGradients, headGradients, type HeadRun, runHead } from './head.js';
import { type Lockstep, runningTotals, type ShardPart, withOwnTotals, withTotals } from './lockstep.js';
import { lastStates, type LayerRun, layersBackward, type LayerTrace, runLayers } from './recurrent-layers.js';
import type { LayerGradients } from './weight-gradients.js';
import type { StackShape } from './shard-stack.js';
import type { StackTensors } from './stack-tensors.js';
import type { Tfjs } from './tfjs.js';
import type { Weights } from './weights.js';

export type StepInputs = { readonly weights: Weights; readonly stack: StackTensors };

/** One shard's figures, a value for each slot of a target. */
export type ShardOutputs = {
  readonly losses: Tensor1D;
  /** The largest output's index; for classes. */
  readonly predicted?: Tensor1D;
  /** [slots, out]; where they were asked for. */
  readonly outputs?: Tensor2D;
};

export type ShardGradients = {
  /** [layer][direction] */
  readonly layers: readonly (readonly LayerGradients[])[];
  readonly head: HeadGradients;
  readonly embedding?: Tensor2D;
};

/** Which function: the losses alone, the outputs too, or the gradients too. */
export type StepKind = 'evaluate' | 'predict' | 'gradients';

export type StepOutputs = {
  readonly shards: readonly ShardOutputs[];
  /** By shard; none when the losses alone were asked for. */
  readonly gradients: readonly ShardGradients[];
  /** Where rows have ended, where states are carried. */
  readonly ended?: CarriedTensors;
  /** [statistic][direction][shard] where each shard has its own. */
  readonly moments?: readonly (readonly (readonly ShardPart[])[])[];
};

/** Makes the function `kind` of a stack of `shape`. Statistics over all shards are inputs: those of the step, or running averages. */
export function networkStep(
  tf: Tfjs,
  spec: ModelSpec,
  shape: StackShape,
  kind: StepKind,
): (inputs: StepInputs) => StepOutputs {
  return ({ weights, stack }) => {
    const lockstep = stepOf({ tf, spec, shape, weights, stack }, kind);
    if (kind !== 'gradients') {
      return withTotals(lockstep, hasRunningAverages(spec) ? runningTotals(tf, spec, weights, shape.steps) : []);
    }
    if (spec.norm !== 'batch-ghost') return withTotals(lockstep, stack.totals);
    const { result, moments } = withOwnTotals(tf, shape, lockstep);
    return { ...result, moments };
  };
}

/** A step as it is computed, with a stop at each statistic over all shards. */
export function* stepOf(run: LayerRun, kind: StepKind): Lockstep<StepOutputs> {
  const { tf, spec, shape, weights, stack } = run;
  const traces = yield* runLayers(run);
  const top = traces.at(-1)!;
  const states = spec.targetsPer === 'sequence' ? lastStates(tf, top) : top.outputs; // [steps, rows, D*H]
  const positions: Tensor2D = tf.reshape(states, [shape.steps * shape.rows, layerWidth(spec)]);
  const heads = stack.targets.map((targets) => runHead(tf, spec, weights.head, positions, targets));
  const shards = heads.map(({ losses, outputs }): ShardOutputs => ({
    losses,
    ...(spec.loss === 'softmax' && { predicted: tf.argMax(outputs, 1) }),
    ...(kind === 'predict' && { outputs }),
  }));
  const ended = stack.carried && { ended: endedStates(tf, stack, traces) };
  const gradients = kind === 'gradients' ? yield* backward(run, traces, heads, states.shape) : [];
  return { shards, gradients, ...ended };
}

function* backward(
  run: LayerRun,
  traces: readonly LayerTrace[],
  heads: readonly HeadRun[],
  statesShape: Tensor3D['shape'],
): Lockstep<ShardGradients[]> {
  const { tf, weights, stack } = run;
  const positionGrads = headBackward(tf, weights.head, heads, stack.sources);
  const { layers, embedding } = yield* layersBackward(run, traces, tf.reshape(positionGrads, statesShape));
  return heads.map((head, shard) => ({
    layers: layers.map((directions) => directions.map((shards) => shards[shard]!)),
    head: headGradients(tf, head),
    ...(embedding[shard] ? { embedding: embedding[shard] } : {}),
  }));
}
