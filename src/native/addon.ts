// What native/ offers, whichever way it was compiled: as an addon of Node or to WebAssembly (wasm-addon.ts).

/** The shape of a network as the addon reads it. */
export interface NativeShape {
  /** 0 tanh, 1 LSTM, 2 GRU, 3 relu. */
  readonly cell: number;
  readonly layers: number;
  readonly hasIds: boolean;
  readonly inputSize: number;
  /** 0: none. */
  readonly embeddingSize: number;
  readonly hiddenSize: number;
  /** 1 or 2. */
  readonly directions: number;
  readonly outputSize: number;
  /** 0 softmax, 1 squared error, 2 binary. */
  readonly loss: number;
  readonly isPerStep: boolean;
  readonly dropout: number;
}

/** What a network reads of a shard to compute its outputs. */
export interface NativeInputs {
  readonly rows: number;
  readonly steps: number;
  readonly lengths: Int32Array;
  readonly inputs: Float32Array | Int32Array;
  /** [layers, states, rows, hidden] where rows start; overwritten with where they end. All shards of a run have it or none. */
  readonly carried?: Float32Array;
}

/** A shard as the addon reads it: src/data/shard-batch.ts. */
export interface NativeShard extends NativeInputs {
  readonly targets: Float32Array | Int32Array;
  /** [layers - 1, rows, 2] src/random/dropout-mask.ts; wanted for gradients of a network with dropout. */
  readonly dropoutKeys?: Uint32Array;
}

/** Opaque: what `createNetwork` returns, and the garbage collector frees if `disposeNetwork` does not. */
export interface NativeHandle {
  readonly [nativeHandle]: never;
}
declare const nativeHandle: unique symbol;

/**
 * Lays a part of the file `fd`, from `position`, over the memory of `pages`: whole pages of the system. With `isWritable` what is
 * written there is in the file; otherwise it must not be written. Throws `SHM_FULL`, `SHM_UNAVAILABLE`, `NATIVE_ARGUMENT`.
 */
export type LayFileOver = (pages: Uint8Array, fd: number, position: number, isWritable: boolean) => void;

/** What only the addon of Node has, and not on every platform. */
export interface NativeExtras {
  readonly layFileOver: LayFileOver;
  /** Copies `from` into `to`, from its byte `at` on. Throws `NATIVE_ARGUMENT` where it has no room. */
  readonly copyBytes: (from: Uint8Array, to: Uint8Array, at: number) => void;
  /** CRC-32 as zlib has it, of `bytes` behind what has the checksum `before`. */
  readonly crc32: (bytes: Uint8Array, before?: number) => number;
}

export interface NativeAddon {
  /** Names of the kernels that this processor can run, the fastest first. */
  kernels(): string[];
  createNetwork(kernels: string, shape: NativeShape, threads: number): NativeHandle;
  disposeNetwork(network: NativeHandle): void;
  setParams(network: NativeHandle, params: Float32Array): void;
  /** `grads` is empty to evaluate; `results` [shards, 3] gets loss, count and correct. */
  run(
    network: NativeHandle,
    shards: readonly NativeShard[],
    grads: readonly Float32Array[],
    results: Float64Array,
  ): void;
  /** `outputs` [rows, outputSize], or [steps, rows, outputSize], is written where a row has a target. */
  predict(network: NativeHandle, shard: NativeInputs, outputs: Float32Array): void;
  /** For tests: 0 exp of values up to 0, 1 tanh, 2 logistic. */
  elementary(kernels: string, which: 0 | 1 | 2, input: Float32Array, result: Float32Array): void;
}
