// The kernels in a program that another processor would run, behind the face of Node's addon: replay.cc, started anew for each call.
import { spawnSync } from 'node:child_process';
import type { NativeAddon, NativeHandle, NativeShape, NativeShard } from '../../../src/native/addon.js';

interface EmulatedNetwork {
  readonly shape: NativeShape;
  readonly threads: number;
  params: Float32Array;
}

/** Wraps `command`: an emulator and the program that it runs. */
export function emulatedAddon(command: readonly string[]): NativeAddon {
  const networks = new Map<object, EmulatedNetwork>();
  const call = (parts: readonly ArrayBufferView[]): Uint8Array => {
    const [program = '', ...args] = command;
    const bytes = parts.map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength));
    const result = spawnSync(program, args, { input: Buffer.concat(bytes), maxBuffer: 2 ** 30, timeout: 60_000 });
    if (result.status === 0) return Uint8Array.from(result.stdout);
    throw new Error(`${command.join(' ')} ended with ${result.status ?? result.signal}: ${result.stderr.toString()}`);
  };
  const networkOf = (handle: NativeHandle): EmulatedNetwork => networks.get(handle) as EmulatedNetwork;

  return {
    kernels: () => ['portable'],
    createNetwork(_, shape, threads) {
      const handle = {} as NativeHandle;
      networks.set(handle, { shape, threads, params: new Float32Array() });
      return handle;
    },
    disposeNetwork: (handle) => void networks.delete(handle),
    setParams: (handle, params) => void (networkOf(handle).params = params.slice()),
    run(handle, shards, grads, results) {
      const network = networkOf(handle);
      const answer = call([
        ...header(network, shards.length, grads.length > 0),
        network.params,
        ...shards.flatMap(partsOf),
      ]);
      results.set(new Float64Array(answer.buffer, 0, results.length));
      let offset = results.byteLength;
      for (const grad of grads) {
        grad.set(new Float32Array(answer.buffer, offset, grad.length));
        offset += grad.byteLength;
      }
    },
    predict: () => {
      throw new Error('predict is not emulated');
    },
    elementary: (_, which, input, result) =>
      result.set(new Float32Array(call([Int32Array.of(1, which, input.length), input]).buffer)),
  };
}

function header({ shape, threads }: EmulatedNetwork, numShards: number, hasGrads: boolean): ArrayBufferView[] {
  const { cell, layers, hasIds, inputSize, embeddingSize, hiddenSize, directions, outputSize, loss, isPerStep } = shape;
  const sizes = [cell, layers, hasIds, inputSize, embeddingSize, hiddenSize, directions, outputSize, loss, isPerStep];
  return [Int32Array.from([0, ...sizes, threads, numShards, hasGrads].map(Number)), Float64Array.of(shape.dropout)];
}

function partsOf({ rows, steps, lengths, inputs, targets, dropoutKeys }: NativeShard): ArrayBufferView[] {
  return [Int32Array.of(rows, steps), lengths, inputs, targets, ...(dropoutKeys ? [dropoutKeys] : [])];
}
