// A built-in model on tfjs: sums of losses over shards and their gradients, backpropagation through time written by hand.
import type { InputBatch, ShardBatch } from '../data/shard-batch.js';
import { ConfigError } from '../errors.js';
import { layoutOfModel } from '../params/layout-of-model.js';
import type { ModelSpec } from '../params/model-spec.js';
import { checkCarried, readStates } from './carried-state.js';
import { createCollector, readMoments } from './collect.js';
import { exampleInputs } from './example-inputs.js';
import { networkStep, type StepKind, type StepOutputs } from './network-step.js';
import { inScope } from './scope.js';
import { readOutputs, withoutTargets } from './prediction.js';
import { readResult, type ShardResult } from './shard-result.js';
import { groupShards, type ShardStack, type StackSizes, stackShards } from './shard-stack.js';
import { uploadTotals } from './lockstep.js';
import { uploadStack } from './stack-tensors.js';
import { eagerRunner, type StepRunner } from './step-runner.js';
import type { Tfjs } from './tfjs.js';
import { uploadWeights, type Weights } from './weights.js';
import { writeGradients } from './write-gradients.js';

export type { ShardResult } from './shard-result.js';

/** The outputs of a batch as the head gives them (logits, where they are classes or keys), 0 where nothing is valid. */
export interface Prediction {
  /** [rows, out], or [steps, rows, out] where every step has a target. */
  readonly outputs: Float32Array;
  /** The states in which rows have ended, where the batch said in which they start. */
  readonly carried?: Float32Array;
}

export interface Network {
  /** Uploads new parameters, as a copy. Throws `MODEL_PARAMS_SIZE`. */
  setParams(params: Float32Array): void;
  /** Writes the gradient of the SUM of losses of `shards[k]` to `grads[k]` (flat, layout order). Every shard has a valid target. */
  gradients(shards: readonly ShardBatch[], grads: readonly Float32Array[]): ShardResult[];
  /** Computes the losses alone. */
  evaluate(shards: readonly ShardBatch[]): ShardResult[];
  /** Computes the outputs without targets. Throws `CARRIED_STATE` where the model cannot start from a state. */
  predict(batch: InputBatch): Prediction;
  /** Where batch normalisation can be computed. */
  readonly batchNorm?: BatchNormExchange;
  /** Frees the parameters, and what the runner keeps. */
  dispose(): void;
}

/** A worker's end of batch normalisation's collectives (src/params/batch-statistics.ts). */
export interface BatchNormExchange {
  /** Takes the totals `[a | b]` of the step's collectives so far. */
  setTotals(totals: readonly Float32Array[]): void;
  /** Computes each shard's part `[count | a | b]` in the collective that comes next. Throws `MODEL_COLLECTIVE`. */
  collect(shards: readonly ShardBatch[]): Float32Array[];
}

export interface NetworkOptions {
  /** How many shards of one shape may run as one recurrence: [1], or more where `canStackShards` says that no bit changes. */
  readonly stackSizes: readonly number[];
  /** Whether shards of so many steps keep their bits in a stack; by default they do. */
  mayStack?(steps: number): boolean;
  /** How steps run; by default as they stand. */
  readonly runner?: StepRunner;
}

/** Makes the network of `spec` on `tf`; `setParams` comes first. Between calls the parameters are the only tensors it holds. */
export function createNetwork(tf: Tfjs, spec: ModelSpec, options: NetworkOptions): Network {
  const { runner = eagerRunner } = options;
  const stackSizes: StackSizes = (steps) => ((options.mayStack?.(steps) ?? true) ? options.stackSizes : [1]);
  const layout = layoutOfModel(spec);
  let weights: Weights | undefined;
  let totals: readonly Float32Array[] = [];
  const collector = createCollector(tf, spec, stackSizes);

  function ready(): Weights {
    if (weights) return weights;
    throw new ConfigError('MODEL_PARAMS_MISSING', 'The network has no parameters yet: call setParams first.');
  }

  function run<Result>(kind: StepKind, stack: ShardStack, read: (outputs: StepOutputs) => Result): Result {
    const held = ready();
    const { steps, rows, rowsPerShard, numShards } = stack;
    return inScope(tf, () => {
      const ofStep = kind === 'gradients' ? uploadTotals(tf, spec, steps, totals) : [];
      const inputs = { weights: held, stack: uploadStack(tf, spec, stack, ofStep) };
      const key = [kind, steps, rows, rowsPerShard, numShards, stack.carried ? 'carried' : ''].join(' ');
      return read(
        runner.run(key, networkStep(tf, spec, stack, kind), inputs, () => [
          exampleInputs(tf, spec, stack, kind, 1),
          exampleInputs(tf, spec, stack, kind, 2),
        ]),
      );
    });
  }

  function stackOf(batches: readonly ShardBatch[], kind: StepKind): ShardStack {
    for (const batch of batches) checkCarried(spec, batch);
    return stackShards(spec, batches, kind);
  }

  function readResults(
    batches: readonly ShardBatch[],
    stack: ShardStack,
    { shards, moments, ended }: StepOutputs,
  ): ShardResult[] {
    return stack.targets.map((targets, shard) => ({
      ...readResult(shards[shard]!, targets),
      ...(ended && { carried: readStates(spec, ended, batches[shard]!, shard) }),
      ...(moments && { moments: readMoments(moments, shard) }),
    }));
  }

  return {
    setParams(params) {
      if (params.length !== layout.size) {
        throw new ConfigError('MODEL_PARAMS_SIZE', `The model has ${layout.size} parameters, got ${params.length}.`);
      }
      if (weights) tf.dispose(weights);
      collector.forget();
      weights = uploadWeights(tf, spec, params);
    },
    gradients(shards, grads) {
      const remaining = [...grads];
      return groupShards(shards, stackSizes).flatMap((group) => {
        const stack = stackOf(group, 'gradients');
        return run('gradients', stack, (outputs) => {
          outputs.gradients.forEach((gradients) => writeGradients(layout, gradients, remaining.shift()!));
          return readResults(group, stack, outputs);
        });
      });
    },
    evaluate(shards) {
      return groupShards(shards, stackSizes).flatMap((group) => {
        const stack = stackOf(group, 'evaluate');
        return run('evaluate', stack, (outputs) => readResults(group, stack, outputs));
      });
    },
    predict(batch) {
      const stack = stackOf([withoutTargets(spec, batch)], 'predict');
      return run('predict', stack, (outputs) => ({
        outputs: readOutputs(spec, stack, batch, outputs),
        ...(outputs.ended && { carried: readStates(spec, outputs.ended, batch, 0) }),
      }));
    },
    batchNorm: {
      setTotals: (given) => (totals = given),
      collect: (shards) => collector.collect(ready(), shards, totals),
    },
    dispose() {
      collector.forget();
      if (weights) tf.dispose(weights);
      weights = undefined;
      runner.dispose();
    },
  };
}
