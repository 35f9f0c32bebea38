// Float32Arrays in one WebAssembly memory: used again instead of made anew, and at hand for kernels that work on addresses.
import { KernelTeam, type OpenHost } from './kernel-team.js';
import { instantiateKernels, type Kernels } from './kernels.js';
import { webAssembly, type WasmMemory } from './webassembly.js';

/** Vectors start at a multiple of a cache line. */
const alignment = 64;
const pageBytes = 65_536;
/** The start of the next page of the system, or this very place. */
const pageOf = (bytes: number): number => 4096 * Math.ceil(bytes / 4096);
/** The whole address space of wasm32: 4 GiB. */
const maxPages = 65_536;
/** The first page belongs to the kernels. */
const firstAddress = pageBytes;

/** A vector, and the whole pages in which it lies. */
export interface PagedVector {
  readonly vector: Float32Array;
  readonly pages: Uint8Array;
}

export interface VectorArena {
  /** They work on the addresses of vectors; undefined: vectors are plain arrays, for the oracles. */
  readonly kernels: Kernels | undefined;
  /** Those that go block by block, on as many threads as help; there when `kernels` is. */
  readonly team: KernelTeam | undefined;
  /** Gives a vector of `length` values. They are whatever its last owner left there. */
  allocate(length: number): Float32Array;
  /**
   * Gives a vector that has whole pages of 4,096 bytes to itself, so that a file can be laid over them; it is not given back.
   * Undefined where vectors are plain arrays.
   */
  allocatePages(length: number): PagedVector | undefined;
  /** Takes back a vector that `allocate` gave; throws RangeError when it did not, or has it back already. */
  free(vector: Float32Array): void;
  /** Address of a vector, or of a view of one, for the kernels; undefined: it is a plain array. */
  addressOf(vector: ArrayBufferView): number | undefined;
}

export interface VectorArenaOptions {
  /** Said once, when vectors have to be plain arrays: those are as right, but slower to compute with. */
  onFallback?(reason: string): void;
  /** Pages of 64 KiB that the memory may grow to; 0: no memory, plain arrays only. */
  readonly maxPages?: number;
  /** Makes kernels that move bytes between the memory and files. */
  readonly openHost?: OpenHost;
}

/**
 * Makes an arena. Its memory grows on demand up to 4 GiB and never moves, since it is shared; what does not fit any more,
 * or everything where there is no shared WebAssembly memory (a page that is not cross-origin isolated), is a plain array.
 */
export function createVectorArena(options: VectorArenaOptions = {}): VectorArena {
  let onFallback = options.onFallback;
  const fallBack = (reason: string): void => {
    onFallback?.(reason);
    onFallback = undefined;
  };
  const { memory, kernels, team } = openMemory(options, fallBack);
  const buffers = new WeakSet<ArrayBufferLike>();
  const lent = new Set<Float32Array>();
  const returned = new Map<number, Float32Array[]>();
  let end = firstAddress;

  const carve = (length: number): Float32Array => {
    const bytes = Math.max(1, Math.ceil((4 * length) / alignment)) * alignment;
    if (!memory || !reserve(memory, end + bytes, fallBack)) return new Float32Array(length);
    buffers.add(memory.buffer); // a grown memory shows itself through a new object
    const vector = new Float32Array(memory.buffer, end, length);
    end += bytes;
    return vector;
  };

  return {
    kernels,
    team,
    allocate(length) {
      const vector = returned.get(length)?.pop() ?? carve(length);
      lent.add(vector);
      return vector;
    },
    allocatePages(length) {
      const begin = pageOf(end);
      const bytes = pageOf(4 * length);
      if (!memory || !reserve(memory, begin + bytes, fallBack)) return undefined;
      buffers.add(memory.buffer);
      end = begin + bytes;
      return {
        vector: new Float32Array(memory.buffer, begin, length),
        pages: new Uint8Array(memory.buffer, begin, bytes),
      };
    },
    free(vector) {
      if (!lent.delete(vector)) throw new RangeError('A vector was given back that this arena has not lent.');
      const same = returned.get(vector.length);
      if (same) same.push(vector);
      else returned.set(vector.length, [vector]);
    },
    addressOf: (vector) => (buffers.has(vector.buffer) ? vector.byteOffset : undefined),
  };
}

interface Opened {
  readonly memory?: WasmMemory;
  readonly kernels?: Kernels;
  readonly team?: KernelTeam;
}

function openMemory(
  { maxPages: maximum = maxPages, openHost }: VectorArenaOptions,
  fallBack: (reason: string) => void,
): Opened {
  if (maximum === 0) return {};
  try {
    if (!webAssembly) throw new TypeError('there is no WebAssembly here');
    const memory = new webAssembly.Memory({ initial: 1, maximum, shared: true });
    const kernels = instantiateKernels(memory, 0);
    return { memory, kernels, team: new KernelTeam(kernels, memory, openHost) };
  } catch (error) {
    fallBack(`shared WebAssembly memory with SIMD cannot be had (${String(error)})`);
    return {};
  }
}

function reserve(memory: WasmMemory, bytes: number, fallBack: (reason: string) => void): boolean {
  const missing = Math.ceil((bytes - memory.buffer.byteLength) / pageBytes);
  if (missing <= 0) return true;
  try {
    memory.grow(missing);
    return true;
  } catch (error) {
    fallBack(`the WebAssembly memory could not grow to ${bytes} bytes (${String(error)})`);
    return false;
  }
}
