// The kernels of kernels/ (AssemblyScript, SIMD): the same bits as their oracles in this room and in optim, faster.
import { kernelsBase64 } from './generated/kernels.js';
import { webAssembly, type WasmMemory, type WasmModule } from './webassembly.js';

/** Addresses of vectors, sizes in bytes, factors that are float32 already. A chunk begins at a whole block of 4,096 values. */
export interface Kernels {
  add(target: number, source: number, bytes: number): void;
  meanNorm(target: number, bytes: number, count: number, total: number): number;
  addMeanNorm(target: number, source: number, bytes: number, count: number, total: number): number;
  squaredNorm(vector: number, bytes: number, total: number): number;
  digestBlocks(vector: number, bytes: number, digests: number): void;
  encodeBf16(source: number, target: number, count: number): void;
  decodeBf16(source: number, target: number, count: number): void;
  encodeF16(source: number, target: number, count: number): void;
  decodeF16(source: number, target: number, count: number): void;
  encodeInt8(source: number, count: number, integers: number, scales: number, key0: number, key1: number): void;
  decodeInt8(integers: number, scales: number, count: number, target: number): void;
  beginUpdate(): void;
  endUpdate(): number;
  sgd(
    params: number,
    grads: number,
    bytes: number,
    clip: number,
    weightDecay: number,
    learningRate: number,
    digests: number,
  ): void;
  sgdMomentum(
    params: number,
    grads: number,
    buffer: number,
    bytes: number,
    clip: number,
    weightDecay: number,
    momentum: number,
    learningRate: number,
    digests: number,
    stride: number,
  ): void;
  adam(
    params: number,
    grads: number,
    averages: number,
    squares: number,
    bytes: number,
    clip: number,
    decay: number,
    coupledDecay: number,
    beta2: number,
    oneLessBeta1: number,
    oneLessBeta2: number,
    stepSize: number,
    rootCorrection2: number,
    epsilon: number,
    digests: number,
    stride: number,
  ): void;
}

/** Compiled once for all memories: it takes longer than most updates. */
let compiled: WasmModule | undefined;

/** Makes the kernels on a memory, whose first page is theirs. Throws where the host lacks SIMD or threads. */
export function instantiateKernels(memory: WasmMemory): Kernels {
  if (!webAssembly) throw new TypeError('there is no WebAssembly here');
  compiled ??= new webAssembly.Module(Uint8Array.from(atob(kernelsBase64), (character) => character.charCodeAt(0)));
  return new webAssembly.Instance(compiled, { env: { memory } }).exports as Kernels;
}
