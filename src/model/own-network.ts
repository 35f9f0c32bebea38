// A user's model as a network: its loss shard by shard, gradients by automatic differentiation.
import type { Scalar, Tensor } from '@tensorflow/tfjs';
import type { DataSpec } from '../data/data-spec.js';
import type { ShardBatch } from '../data/shard-batch.js';
import { BridleError, ConfigError } from '../errors.js';
import type { OwnParam } from '../params/own-model-spec.js';
import { layTensors, viewTensor, type Layout } from '../tensor/layout.js';
import type { ModelDefinition, ModelRandom } from './define-model.js';
import type { Network } from './network.js';
import { countTargets, exampleBatch, uploadOwnBatch, type OwnBatchTensors } from './own-batch.js';
import { drawValues, evaluationRandom, noteDraws, replayDraws, type DrawRequest } from './own-random.js';
import { probeValues } from './probe-values.js';
import { inScope } from './scope.js';
import type { ShardResult } from './shard-result.js';
import type { StepRunner } from './step-runner.js';
import type { Tfjs } from './tfjs.js';

export interface OwnNetworkOptions {
  readonly params: readonly OwnParam[];
  readonly data: DataSpec;
  readonly lossAndCounts: ModelDefinition['lossAndCounts'];
  readonly runner: StepRunner;
  /** Says what was thrown, and where. */
  readonly describeThrown: (error: unknown) => string;
}

type Params = Record<string, Tensor>;
type OwnInputs = { readonly params: Params; readonly batch: OwnBatchTensors; readonly draws: Tensor[] };
type OwnOutputs = { readonly loss: Scalar; readonly correct: Scalar; readonly grads: readonly Tensor[] };

/** Makes the network; `setParams` comes first. Errors of the user's code are ConfigErrors MODEL_CODE, MODEL_OUTPUT, MODEL_RANDOM. */
export function createOwnNetwork(tf: Tfjs, options: OwnNetworkOptions): Network {
  const { data, runner } = options;
  const layout = layTensors(options.params);
  const requestsOf = new Map<string, readonly DrawRequest[]>();
  let params: Params | undefined;

  function call({ params: given, batch }: OwnInputs, random: ModelRandom, training: boolean) {
    try {
      return checkOutput(tf, options.lossAndCounts({ tf, params: given, batch, random, training }));
    } catch (error) {
      if (error instanceof BridleError) throw error;
      const message = `The model's lossAndCounts failed: ${options.describeThrown(error)}`;
      throw new ConfigError('MODEL_CODE', message, { cause: error });
    }
  }

  /** The draws of training on shards of one shape, found out by a run whose results nobody reads. */
  function noteRequests(key: string, batch: ShardBatch): readonly DrawRequest[] {
    const known = requestsOf.get(key);
    if (known) return known;
    const requests: DrawRequest[] = [];
    inScope(tf, () => call(inputsOf(params!, batch, []), noteDraws(tf, batch.rows, requests), true));
    requestsOf.set(key, requests);
    return requests;
  }

  function inputsOf(given: Params, batch: ShardBatch, requests: readonly DrawRequest[]): OwnInputs {
    return { params: given, batch: uploadOwnBatch(tf, data, batch), draws: drawValues(tf, requests, batch) };
  }

  function run(shard: ShardBatch, training: boolean, read: (outputs: OwnOutputs) => void): ShardResult {
    if (!params)
      throw new ConfigError('MODEL_PARAMS_MISSING', 'The network has no parameters yet: call setParams first.');
    const { rows, steps } = shard;
    const held = params;
    const key = [training ? 'gradients' : 'evaluate', rows, steps].join(' ');
    const requests = training ? noteRequests(key, shard) : [];
    const step = (inputs: OwnInputs): OwnOutputs =>
      training
        ? differentiate(tf, inputs, () => call(inputs, replayDraws(requests, inputs.draws), true))
        : { ...call(inputs, evaluationRandom(tf, rows), false), grads: [] };
    const example = (seed: number): OwnInputs =>
      inputsOf(
        uploadParams(tf, layout, probeValues(seed, layout.size, 0.25)),
        exampleBatch(data, rows, steps, seed),
        requests,
      );
    return inScope(tf, () => {
      const outputs = runner.run(key, step, inputsOf(held, shard, requests), () => [example(1), example(2)]);
      read(outputs);
      const loss = outputs.loss.dataSync()[0] ?? NaN;
      const correct = outputs.correct.dataSync()[0] ?? 0;
      outputs.correct.dispose(); // kept through the differentiation
      return { loss, count: countTargets(data, shard), correct };
    });
  }

  return {
    setParams(vector) {
      if (vector.length !== layout.size) {
        throw new ConfigError('MODEL_PARAMS_SIZE', `The model has ${layout.size} parameters, got ${vector.length}.`);
      }
      if (params) tf.dispose(params);
      params = uploadParams(tf, layout, vector);
    },
    gradients: (shards, grads) =>
      shards.map((shard, index) =>
        run(shard, true, ({ grads: tensors }) =>
          layout.tensors.forEach((tensor, i) => viewTensor(grads[index]!, tensor).set(tensors[i]!.dataSync())),
        ),
      ),
    evaluate: (shards) => shards.map((shard) => run(shard, false, () => undefined)),
    predict() {
      throw new ConfigError(
        'MODEL_BUILT_IN',
        'A model of your own says its loss alone: its predictions are its own code.',
      );
    },
    dispose() {
      if (params) tf.dispose(params);
      params = undefined;
      runner.dispose();
    },
  };
}

function uploadParams(tf: Tfjs, layout: Layout, vector: Float32Array): Params {
  return Object.fromEntries(
    layout.tensors.map((tensor) => [tensor.name, tf.tensor(viewTensor(vector, tensor).slice(), [...tensor.shape])]),
  );
}

/** Not `tf.valueAndGrads`: that refuses a parameter which this batch happens not to use. */
function differentiate(
  tf: Tfjs,
  { params }: OwnInputs,
  call: () => { readonly loss: Scalar; readonly correct: Scalar },
): OwnOutputs {
  let correct: Scalar | undefined;
  const tensors = Object.values(params);
  const { value, grads } = tf.engine().gradients(
    () => {
      const result = call();
      correct = tf.keep(result.correct);
      return result.loss;
    },
    tensors,
    undefined,
    true,
  );
  const found = grads as readonly (Tensor | null | undefined)[];
  if (found.every((gradient) => !gradient)) {
    throw new ConfigError(
      'MODEL_OUTPUT',
      'The loss of lossAndCounts depends on none of the params: no gradient flows. Make it of the tensors in `params`, by operations of `tf` that have gradients.',
    );
  }
  return {
    loss: value as Scalar,
    correct: correct!,
    grads: tensors.map((tensor, i) => found[i] ?? tf.zerosLike(tensor)),
  };
}

function checkOutput(tf: Tfjs, output: unknown): { readonly loss: Scalar; readonly correct: Scalar } {
  const wanted = 'lossAndCounts must return { loss, correct? }, each one number as a tensor (shape [])';
  const refuse = (got: string): ConfigError => new ConfigError('MODEL_OUTPUT', `${wanted}; got ${got}.`);
  if (output instanceof Promise) {
    output.catch(() => undefined);
    throw refuse('a promise: it must not be async, and a value is read with none of data(), await or setTimeout');
  }
  if (typeof output !== 'object' || output === null) throw refuse(String(output));
  const { loss, correct } = output as Readonly<Record<string, unknown>>;
  const check = (name: string, value: unknown): Scalar => {
    if (!(value instanceof tf.Tensor)) throw refuse(`${name} as ${value === undefined ? 'undefined' : typeof value}`);
    if (value.size !== 1) throw refuse(`${name} of shape [${value.shape.join(', ')}]: add it up with tf.sum`);
    return tf.reshape(tf.cast(value, 'float32'), []);
  };
  return { loss: check('loss', loss), correct: correct === undefined ? tf.scalar(0) : check('correct', correct) };
}
