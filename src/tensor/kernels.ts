// The kernels of kernels/ (AssemblyScript, SIMD): the same bits as their oracles in this room and in optim, faster.
import { kernelsBase64 } from './generated/kernels.js';
import { webAssembly, type WasmMemory, type WasmModule } from './webassembly.js';

/**
 * A kernel that works on vectors block by block (4,096 values): the size of a vector in bytes, then addresses of vectors and of
 * what it writes for each block, and factors that are float32 already. Blocks do not depend on each other.
 */
export type BlockKernel = (bytes: number, ...operands: number[]) => void;

export const blockKernelNames = [
  'add', // target, left, right
  'meanNorm', // target, source, count, sums
  'addMeanNorm', // target, left, right, count, sums
  'squaredNorm', // vector, sums
  'follow', // copy, source, changes, sums
  'digestBlocks', // vector, digests
  'sgd', // target, params, grads, clip, weightDecay, learningRate, sums, digests
  'sgdMomentum', // target, params, grads, buffer, clip, weightDecay, momentum, learningRate, sums, two digests
  'adam', // target, params, grads, averages, squares, clip, decay, coupledDecay, beta2, 1 - beta1, 1 - beta2, stepSize, rootCorrection2, epsilon, sums, three digests
] as const;

export type BlockKernelName = (typeof blockKernelNames)[number];

/** Addresses and numbers of values. */
export interface Kernels extends Readonly<Record<BlockKernelName, BlockKernel>> {
  /** Gives a thread 160 bytes of its own, at a multiple of 16. */
  useScratch(address: number): void;
  encodeBf16(source: number, target: number, count: number): void;
  decodeBf16(source: number, target: number, count: number): void;
  encodeF16(source: number, target: number, count: number): void;
  decodeF16(source: number, target: number, count: number): void;
  encodeInt8(source: number, count: number, integers: number, scales: number, key0: number, key1: number): void;
  decodeInt8(integers: number, scales: number, count: number, target: number): void;
}

/** Compiled once for all memories: it takes longer than most updates. */
let compiled: WasmModule | undefined;

/** Where the threads' own rooms begin, behind the kernels' data in the first page, and how far they are apart. */
const scratchAddress = 32_768;
const scratchStride = 256;

/** Makes the kernels of one thread (0 to 63) on a memory, whose first page is theirs. Throws where the host lacks SIMD or threads. */
export function instantiateKernels(memory: WasmMemory, thread: number): Kernels {
  if (!webAssembly) throw new TypeError('there is no WebAssembly here');
  compiled ??= new webAssembly.Module(Uint8Array.from(atob(kernelsBase64), (character) => character.charCodeAt(0)));
  const kernels = new webAssembly.Instance(compiled, { env: { memory } }).exports as Kernels;
  kernels.useScratch(scratchAddress + thread * scratchStride);
  return kernels;
}
