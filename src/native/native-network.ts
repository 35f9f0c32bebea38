// A built-in model on the native kernels: one call a lease, straight on flat vectors.
import type { ShardBatch } from '../data/shard-batch.js';
import { BridleError, ConfigError, exitCodes } from '../errors.js';
import { dropoutKeys } from '../random/dropout-mask.js';
import type { Network, ShardResult } from '../model/network.js';
import { layoutOfModel } from '../params/layout-of-model.js';
import { type Cell, type LossName, type ModelSpec, numDirections, numTargets } from '../params/model-spec.js';
import type { NativeAddon, NativeHandle, NativeShape, NativeShard } from './addon.js';

/** Codes that the addon itself throws; whatever else it throws is a fault of ours. */
const addonCodes = ['NATIVE_ARGUMENT', 'NATIVE_BATCH', 'NATIVE_MEMORY'];

/**
 * Makes the network of `spec` on `kernels`; `setParams` comes first. Its methods throw `MODEL_PARAMS_SIZE`,
 * `MODEL_PARAMS_MISSING`, `NATIVE_BATCH` for a batch whose sizes, ids or classes do not fit, `NATIVE_MEMORY`.
 */
export function createNativeNetwork(addon: NativeAddon, kernels: string, spec: ModelSpec, threads: number): Network {
  const { size } = layoutOfModel(spec);
  let handle: NativeHandle | undefined = guard(() => addon.createNetwork(kernels, shapeOf(spec), threads));
  let isReady = false;

  function ready(): NativeHandle {
    if (handle && isReady) return handle;
    throw new ConfigError('MODEL_PARAMS_MISSING', 'The network has no parameters yet: call setParams first.');
  }

  function run(shards: readonly ShardBatch[], grads: readonly Float32Array[]): ShardResult[] {
    const network = ready();
    const results = new Float64Array(3 * shards.length);
    const given = shards.map((shard) => forKernels(spec, shard, grads.length > 0));
    guard(() => addon.run(network, given, grads, results));
    return given.map(({ carried }, i) => {
      const [loss, count, correct] = results.subarray(3 * i, 3 * i + 3) as unknown as [number, number, number];
      return { loss, count, correct, ...(carried && { carried }) };
    });
  }

  return {
    setParams(params) {
      if (params.length !== size) {
        throw new ConfigError('MODEL_PARAMS_SIZE', `The model has ${size} parameters, got ${params.length}.`);
      }
      handle ??= guard(() => addon.createNetwork(kernels, shapeOf(spec), threads));
      const network = handle;
      guard(() => addon.setParams(network, params));
      isReady = true;
    },
    gradients(shards, grads) {
      if (shards.length === grads.length) return shards.length === 0 ? [] : run(shards, grads);
      const message = `${shards.length} shards came with ${grads.length} vectors for their gradients.`;
      throw new BridleError('NATIVE_BATCH', message, exitCodes.unexpected);
    },
    evaluate: (shards) => run(shards, []),
    predict(batch) {
      const network = ready();
      const given = { ...batch, ...(batch.carried && { carried: batch.carried.slice() }) };
      const outputs = new Float32Array(numTargets(spec, batch) * spec.outputSize);
      guard(() => addon.predict(network, given, outputs));
      return { outputs, ...(given.carried && { carried: given.carried }) };
    },
    dispose() {
      if (handle) addon.disposeNetwork(handle);
      handle = undefined;
      isReady = false;
    },
  };
}

/** The kernels draw a mask's words from its key, and overwrite the state that rows start in. */
function forKernels(spec: ModelSpec, shard: ShardBatch, isTraining: boolean): NativeShard {
  const keys = isTraining && spec.dropout ? { dropoutKeys: dropoutKeys(spec.layers - 1, shard) } : {};
  return { ...shard, ...keys, ...(shard.carried && { carried: shard.carried.slice() }) };
}

const cellNumbers = { rnn: 0, lstm: 1, gru: 2, relu: 3 } as const satisfies Record<Cell, number>;
const lossNumbers = { softmax: 0, 'squared-error': 1, binary: 2 } as const satisfies Record<LossName, number>;

function shapeOf(spec: ModelSpec): NativeShape {
  return {
    cell: cellNumbers[spec.cell],
    layers: spec.layers,
    hasIds: spec.inputs === 'ids',
    inputSize: spec.inputSize,
    embeddingSize: spec.embeddingSize ?? 0,
    hiddenSize: spec.hiddenSize,
    directions: numDirections(spec),
    outputSize: spec.outputSize,
    loss: lossNumbers[spec.loss],
    isPerStep: spec.targetsPer === 'step',
    dropout: spec.layers > 1 ? (spec.dropout ?? 0) : 0,
  };
}

/** Calls into the addon; its errors come out as ours. */
function guard<Value>(call: () => Value): Value {
  try {
    return call();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (!(error instanceof Error) || !addonCodes.includes(code)) throw error;
    throw new BridleError(code, error.message, exitCodes.unexpected, { cause: error });
  }
}
