// What a network computes on one stack of shards, as a pure function of tensors: weights and data in, losses and gradients out,
// shapes that depend on the stack's shape alone. So it can run as it stands, or be recorded once and replayed as one graph.
import type { Tensor1D, Tensor2D, Tensor3D } from '@tensorflow/tfjs';
import type { ModelSpec } from '../params/model-spec.js';
import { headBackward, type HeadGradients, headGradients, type HeadRun, runHead } from './head.js';
import { type LayerGradients, layersBackward, runLayers } from './recurrent-layers.js';
import type { RecurrentTrace } from './recurrent-cell.js';
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
};

export type ShardGradients = { readonly layers: readonly LayerGradients[]; readonly head: HeadGradients };

/** Which function: the losses alone, or the gradients too. */
export type StepKind = 'evaluate' | 'gradients';

export type StepOutputs = {
  readonly shards: readonly ShardOutputs[];
  /** By shard; none when the losses alone were asked for. */
  readonly gradients: readonly ShardGradients[];
};

/** Makes the function `kind` of a stack of `shape`. */
export function networkStep(
  tf: Tfjs,
  spec: ModelSpec,
  shape: StackShape,
  kind: StepKind,
): (inputs: StepInputs) => StepOutputs {
  return ({ weights, stack }) => {
    const traces = runLayers(tf, spec, weights.layers, shape, stack);
    const hidden: Tensor2D = tf.reshape(topHidden(traces), [shape.steps * shape.rows, spec.hiddenSize]);
    const heads = stack.targets.map((targets) => runHead(tf, spec, weights.head, hidden, targets));
    const shards = heads.map(({ losses, outputs }): ShardOutputs =>
      spec.loss === 'softmax' ? { losses, predicted: tf.argMax(outputs, 1) } : { losses },
    );
    const gradients = kind === 'evaluate' ? [] : backward(tf, spec, shape, { weights, stack }, { traces, heads });
    return { shards, gradients };
  };
}

function backward(
  tf: Tfjs,
  spec: ModelSpec,
  shape: StackShape,
  { weights, stack }: StepInputs,
  { traces, heads }: { readonly traces: readonly RecurrentTrace[]; readonly heads: readonly HeadRun[] },
): ShardGradients[] {
  const positionGrads = headBackward(tf, weights.head, heads, stack.sources);
  const hiddenGrad: Tensor3D = tf.reshape(positionGrads, topHidden(traces).shape);
  const layers = layersBackward(tf, spec, weights.layers, shape, stack, traces, hiddenGrad);
  return heads.map((head, shard) => ({
    layers: layers.map((shards) => shards[shard]!),
    head: headGradients(tf, head),
  }));
}

function topHidden(traces: readonly RecurrentTrace[]): Tensor3D {
  return traces.at(-1)!.hidden;
}
