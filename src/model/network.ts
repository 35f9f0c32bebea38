// A built-in model on tfjs: sums of losses over shards and their gradients, backpropagation through time written by hand.
import type { Tensor2D, Tensor3D } from '@tensorflow/tfjs';
import type { ShardBatch } from '../data/shard-batch.js';
import { ConfigError } from '../errors.js';
import { layoutOfModel } from '../params/layout-of-model.js';
import type { ModelSpec } from '../params/model-spec.js';
import type { Layout } from '../tensor/layout.js';
import { headBackward, headGradients, type HeadRun, readResult, runHead, type ShardResult } from './head.js';
import type { RecurrentTrace } from './recurrent-cell.js';
import { layersBackward, runLayers } from './recurrent-layers.js';
import { inScope } from './scope.js';
import { groupShards, maxStackedShards, type ShardStack, stackShards } from './shard-stack.js';
import type { Tfjs } from './tfjs.js';
import { uploadWeights, type Weights } from './weights.js';
import { writeGradients } from './write-gradients.js';

export type { ShardResult } from './head.js';

export interface Network {
  /** Uploads new parameters, as a copy. Throws `MODEL_PARAMS_SIZE`. */
  setParams(params: Float32Array): void;
  /** Writes the gradient of the SUM of losses of `shards[k]` to `grads[k]` (flat, layout order). Every shard has a valid target. */
  gradients(shards: readonly ShardBatch[], grads: readonly Float32Array[]): ShardResult[];
  /** Computes the losses alone. */
  evaluate(shards: readonly ShardBatch[]): ShardResult[];
  /** Frees the parameters. */
  dispose(): void;
}

export interface NetworkOptions {
  /** Runs shards of one shape as one recurrence; the bits stay the same where `canStackShards` says so. */
  readonly stackShards: boolean;
}

/** What all functions below work on. */
interface Model {
  readonly tf: Tfjs;
  readonly spec: ModelSpec;
  readonly layout: Layout;
  readonly weights: Weights;
}

interface Forward {
  readonly traces: readonly RecurrentTrace[];
  readonly heads: readonly HeadRun[];
}

/** Makes the network of `spec` on `tf`; `setParams` comes first. Between calls the parameters are the only tensors it holds. */
export function createNetwork(tf: Tfjs, spec: ModelSpec, options: NetworkOptions): Network {
  const layout = layoutOfModel(spec);
  const maxShards = options.stackShards ? maxStackedShards : 1;
  let weights: Weights | undefined;

  function model(): Model {
    if (weights) return { tf, spec, layout, weights };
    throw new ConfigError('MODEL_PARAMS_MISSING', 'The network has no parameters yet: call setParams first.');
  }

  return {
    setParams(params) {
      if (params.length !== layout.size) {
        throw new ConfigError('MODEL_PARAMS_SIZE', `The model has ${layout.size} parameters, got ${params.length}.`);
      }
      if (weights) tf.dispose(weights);
      weights = uploadWeights(tf, spec, params);
    },
    gradients(shards, grads) {
      const remaining = [...grads];
      return groupShards(shards, maxShards).flatMap((group) =>
        stackGradients(model(), stackShards(spec, group), remaining.splice(0, group.length)),
      );
    },
    evaluate(shards) {
      return groupShards(shards, maxShards).flatMap((group) => stackResults(model(), stackShards(spec, group)));
    },
    dispose() {
      if (weights) tf.dispose(weights);
      weights = undefined;
    },
  };
}

function stackResults(model: Model, stack: ShardStack): ShardResult[] {
  return inScope(model.tf, () => readResults(model, stack, forward(model, stack)));
}

function stackGradients(model: Model, stack: ShardStack, grads: readonly Float32Array[]): ShardResult[] {
  return inScope(model.tf, () => {
    const run = forward(model, stack);
    backward(model, stack, run, grads);
    return readResults(model, stack, run);
  });
}

function forward({ tf, spec, weights }: Model, stack: ShardStack): Forward {
  const traces = runLayers(tf, spec, weights.layers, stack);
  const hidden = traces.at(-1)!.hidden;
  const [steps, rows, units] = hidden.shape;
  const positions: Tensor2D = tf.reshape(hidden, [steps * rows, units]);
  return { traces, heads: stack.targets.map((targets) => runHead(tf, spec, weights.head, positions, targets)) };
}

function backward(
  { tf, spec, layout, weights }: Model,
  stack: ShardStack,
  run: Forward,
  grads: readonly Float32Array[],
): void {
  const { shape } = run.traces.at(-1)!.hidden;
  const positionGrads = headBackward(tf, weights.head, run.heads, stack.targets, shape[0] * shape[1]);
  const hiddenGrad: Tensor3D = tf.reshape(positionGrads, shape);
  const layers = layersBackward(tf, spec, weights.layers, stack, run.traces, hiddenGrad);
  grads.forEach((grad, shard) => {
    const ofShard = layers.map((shards) => shards[shard]!);
    writeGradients(layout, { layers: ofShard, head: headGradients(tf, run.heads[shard]!) }, grad);
  });
}

function readResults({ tf, spec }: Model, stack: ShardStack, { heads }: Forward): ShardResult[] {
  return stack.targets.map((targets, shard) => readResult(tf, spec, heads[shard]!, targets));
}
