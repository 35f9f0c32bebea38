// The kernels compiled to WebAssembly, behind the face of Node's addon. A network has an instance of the module, and so memory, of
// its own: that memory goes when the network goes. Runs in a browser too.
import type { NativeAddon, NativeHandle, NativeInputs, NativeShape, NativeShard } from './addon.js';
import {
  badArgument,
  badBatch,
  checkArray,
  checkInteger,
  checkList,
  checkShape,
  checkShards,
  countOutputs,
  mostBytes,
  noMemory,
} from './check-arguments.js';
import { type KernelsExports, loadWasmModule, type WasmInstance } from './wasm-instance.js';

/** The only kernels of the module: four lanes. */
export const wasmKernels = 'simd128';

interface WasmNetwork {
  readonly shape: NativeShape;
  readonly instance: WasmInstance;
  readonly address: number;
  readonly numParams: number;
  /** Memory for what a call hands over, kept between calls. */
  readonly staging: { address: number; bytes: number };
  isReady: boolean;
}

/** Loads the module. Throws `BACKEND_FAILED` where WebAssembly or its SIMD is missing. */
export async function loadWasmAddon(): Promise<NativeAddon> {
  const instantiate = await loadWasmModule();
  const networks = new WeakMap<object, WasmNetwork>();

  function networkOf(handle: NativeHandle): WasmNetwork {
    const network = typeof handle === 'object' && handle !== null ? networks.get(handle) : undefined;
    if (network) return network;
    throw badArgument('The first argument must be what createNetwork returned.');
  }

  return {
    kernels: () => [wasmKernels],
    createNetwork(kernels, shape, threads) {
      checkKernels(kernels);
      checkInteger(threads, 'threads', 1, 256); // whatever is asked for, there is one
      const handle = {} as NativeHandle;
      networks.set(handle, createNetwork(instantiate(), shape));
      return handle;
    },
    disposeNetwork(handle) {
      networkOf(handle);
      networks.delete(handle);
    },
    setParams: (handle, params) => setParams(networkOf(handle), params),
    predict: (handle, shard, outputs) => predict(networkOf(handle), shard, outputs),
    run: (handle, shards, grads, results) => run(networkOf(handle), shards, grads, results),
    elementary(kernels, which, input, result) {
      checkKernels(kernels);
      checkInteger(which, 'function', 0, 2);
      checkArray(input, Float32Array, result?.length ?? 0, 'input');
      checkArray(result, Float32Array, input.length, 'result');
      instantiate().call((exports) => {
        const address = exports.allocate(8 * input.length) >>> 0;
        const [from, to] = [address, address + 4 * input.length];
        new Float32Array(exports.memory.buffer, from, input.length).set(input);
        exports.elementary(which, from, to, input.length);
        result.set(new Float32Array(exports.memory.buffer, to, input.length));
      });
    },
  };
}

function checkKernels(name: string): void {
  if (name !== wasmKernels)
    throw badArgument(
      `WebAssembly cannot run the kernels ${typeof name === 'string' ? name : typeof name}, it has ${wasmKernels}.`,
    );
}

function createNetwork(instance: WasmInstance, shape: NativeShape): WasmNetwork {
  checkShape(shape);
  const { cell, layers, hasIds, inputSize, embeddingSize, hiddenSize, directions, outputSize } = shape;
  const lower = [cell, layers, hasIds, inputSize, embeddingSize, hiddenSize, directions, outputSize];
  const sizes = [...lower, shape.loss, shape.isPerStep, shape.dropout].map(Number);
  const address = instance.call((exports) => exports.createNetwork(...sizes) >>> 0);
  const numParams = instance.call((exports) => exports.numParams(address));
  return { shape, instance, address, numParams, staging: { address: 0, bytes: 0 }, isReady: false };
}

/** Makes room for `bytes`; what lay there is lost when it has to grow. Returns its address, a multiple of 64. */
function reserve({ staging }: WasmNetwork, exports: KernelsExports, bytes: number): number {
  if (bytes <= staging.bytes) return staging.address;
  if (bytes > mostBytes) throw noMemory();
  const { address } = staging;
  Object.assign(staging, { address: 0, bytes: 0 });
  exports.release(address);
  staging.address = exports.allocate(bytes) >>> 0;
  staging.bytes = bytes;
  return staging.address;
}

function setParams(network: WasmNetwork, params: Float32Array): void {
  checkArray(params, Float32Array, network.numParams, 'params');
  network.instance.call((exports) => {
    const address = reserve(network, exports, params.byteLength);
    new Float32Array(exports.memory.buffer, address, params.length).set(params);
    exports.setParams(network.address, address);
  });
  network.isReady = true;
}

function run(
  network: WasmNetwork,
  shards: readonly NativeShard[],
  grads: readonly Float32Array[],
  results: Float64Array,
): void {
  const { shape, numParams } = network;
  if (!network.isReady) throw badArgument('The network has no parameters yet.');
  checkList(shards, 'The shards');
  checkList(grads, 'The gradients');
  const hasKeys = grads.length > 0 && shape.dropout > 0;
  checkShards(shape, shards, hasKeys);
  const given = shards.map((shard) => (hasKeys ? shard : omitKeys(shard)));
  for (const grad of grads) checkArray(grad, Float32Array, numParams, 'gradient');
  if (grads.length > 0 && grads.length !== shards.length) {
    throw badBatch(`${shards.length} shards came with ${grads.length} gradients.`);
  }
  checkArray(results, Float64Array, 3 * shards.length, 'results');
  network.instance.call((exports) => {
    // Results first: they want a multiple of 8. All else is words of 4 bytes.
    const numWords = given.reduce((sum, shard) => sum + wordsOf(shard), 0);
    const resultBytes = results.byteLength;
    const gradBytes = 4 * numParams * grads.length;
    const base = reserve(network, exports, resultBytes + 4 * numWords + gradBytes);
    const shardsAt = base + resultBytes;
    const gradsAt = shardsAt + 4 * numWords;
    writeShards(shape, given, exports.memory.buffer, shardsAt);
    exports.run(network.address, shards.length, shardsAt, grads.length > 0 ? gradsAt : 0, base);
    // The memory may have grown, and then its buffer is another.
    results.set(new Float64Array(exports.memory.buffer, base, results.length));
    readCarried(shards, exports.memory.buffer, shardsAt);
    const all = new Float32Array(exports.memory.buffer, gradsAt, numParams * grads.length);
    grads.forEach((grad, i) => grad.set(all.subarray(i * numParams, (i + 1) * numParams)));
  });
}

/** An evaluation draws nothing. */
function omitKeys({ rows, steps, lengths, inputs, targets, carried }: NativeShard): NativeShard {
  return { rows, steps, lengths, inputs, targets, ...(carried && { carried }) };
}

function predict(network: WasmNetwork, shard: NativeInputs, outputs: Float32Array): void {
  const { shape } = network;
  if (!network.isReady) throw badArgument('The network has no parameters yet.');
  checkArray(outputs, Float32Array, countOutputs(shape, shard), 'outputs');
  network.instance.call((exports) => {
    const shardBytes = 4 * wordsOf(shard);
    const shardAt = reserve(network, exports, shardBytes + outputs.byteLength);
    const outputsAt = shardAt + shardBytes;
    writeShards(shape, [shard], exports.memory.buffer, shardAt);
    new Float32Array(exports.memory.buffer, outputsAt, outputs.length).set(outputs);
    exports.predict(network.address, shardAt, outputsAt);
    outputs.set(new Float32Array(exports.memory.buffer, outputsAt, outputs.length));
    readCarried([shard], exports.memory.buffer, shardAt);
  });
}

/** Words of bridle::Shard in native/shape.h: rows, steps, and the addresses of lengths, inputs, ids, classes, values, keys, carried. */
const headWords = 9;
type AnyShard = NativeInputs & Partial<NativeShard>;

function wordsOf({ lengths, inputs, targets, dropoutKeys, carried }: AnyShard): number {
  const arrays = [lengths, inputs, targets, dropoutKeys, carried];
  return arrays.reduce((sum, array) => sum + (array?.length ?? 0), headWords);
}

/** Writes the heads of all shards, then their arrays; the address of one that is not there is 0. */
function writeShards(shape: NativeShape, shards: readonly AnyShard[], buffer: ArrayBuffer, address: number): void {
  let next = address + 4 * headWords * shards.length;
  function write(values: Int32Array | Float32Array | Uint32Array | undefined): number {
    if (!values) return 0;
    const at = next;
    if (values instanceof Float32Array) new Float32Array(buffer, at, values.length).set(values);
    else new Int32Array(buffer, at, values.length).set(values);
    next += values.byteLength;
    return at;
  }
  const heads = new Uint32Array(buffer, address, headWords * shards.length);
  shards.forEach(({ rows, steps, lengths, inputs, targets, dropoutKeys, carried }, i) => {
    const [lengthsAt, inputsAt, targetsAt] = [write(lengths), write(inputs), write(targets)];
    const inputWords = shape.hasIds ? [0, inputsAt] : [inputsAt, 0];
    const targetWords = shape.loss === 0 ? [targetsAt, 0] : [0, targetsAt];
    const words = [rows, steps, lengthsAt, ...inputWords, ...targetWords, write(dropoutKeys), write(carried)];
    heads.set(words, headWords * i);
  });
}

/** Copies back where rows have ended. */
function readCarried(shards: readonly NativeInputs[], buffer: ArrayBuffer, address: number): void {
  const heads = new Uint32Array(buffer, address, headWords * shards.length);
  shards.forEach(({ carried }, i) => {
    carried?.set(new Float32Array(buffer, heads[headWords * (i + 1) - 1], carried.length));
  });
}
