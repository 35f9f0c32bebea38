// Block kernels on more than one core: a job is cut into chunks of whole blocks, and whoever is free takes the next one. Each
// block is computed as if alone, so the bits do not depend on who computes it. The caller never waits for a chunk that nobody
// has begun: where the other cores are busy it does everything itself.
import { normBlockSize } from './flat-vector.js';
import {
  type BlockKernelName,
  blockKernelNames,
  instantiateKernels,
  type BlockKernel,
  type Kernels,
} from './kernels.js';
import type { WasmMemory } from './webassembly.js';

const blockBytes = 4 * normBlockSize;
/** Four vectors of 16 blocks are a MiB: they stay in a core's second cache. */
const maxChunkBlocks = 16;
/** A job of fewer blocks, 200,000 values, is done sooner than another thread is awake. */
const minSharedBlocks = 48;
const maxOperands = 20;
const lateMs = 60_000;

/** Slots of the control words. */
const slot = { jobs: 0, waiting: 1, done: 2, kernel: 3, chunkBlocks: 4, failed: 5, threads: 6, length: 7 } as const;

/** An operand: a number that all blocks take, or an address that moves by `step` bytes from block to block. */
export type Operand = number | { readonly at: number; readonly step: number };

/** What moves from block to block as the values of a vector of float32 do: its address, or a place in a file. */
export const eachValue = (at: number): Operand => ({ at, step: blockBytes });

/** Kernels of the host, that move bytes between a memory and files: bytes, address, descriptor, position. */
export type HostKernels = Readonly<Record<HostKernelName, BlockKernel>>;
export const hostKernelNames = ['readFile', 'writeFile'] as const;
export type HostKernelName = (typeof hostKernelNames)[number];
/** Makes the host's kernels for a memory. */
export type OpenHost = (memory: WasmMemory) => HostKernels;
const allNames: readonly (BlockKernelName | HostKernelName)[] = [...blockKernelNames, ...hostKernelNames];

/** What a helping thread needs to take part. */
export interface TeamShare {
  readonly memory: WasmMemory;
  readonly control: SharedArrayBuffer;
  readonly job: SharedArrayBuffer;
}

export class KernelTeam {
  readonly #share: TeamShare;
  readonly #control: Int32Array;
  readonly #job: Float64Array;
  readonly #work: (chunk: number) => void;

  constructor(kernels: Kernels, memory: WasmMemory, openHost?: OpenHost) {
    const control = new SharedArrayBuffer(4 * slot.length);
    const job = new SharedArrayBuffer(8 * (1 + 2 * maxOperands));
    this.#share = { memory, control, job };
    this.#control = new Int32Array(control);
    this.#job = new Float64Array(job);
    this.#work = createWork({ ...kernels, ...openHost?.(memory) }, this.#control, this.#job);
  }

  /** What `serveTeam` needs, in another thread. */
  get share(): TeamShare {
    return this.#share;
  }

  /** Runs a kernel over vectors of `bytes`; returns when all of it is done. Throws RangeError where it has failed. */
  run(name: BlockKernelName | HostKernelName, bytes: number, operands: readonly Operand[]): void {
    const blocks = Math.ceil(bytes / blockBytes);
    const control = this.#control;
    const isShared = blocks >= minSharedBlocks && Atomics.load(control, slot.threads) > 0;
    const chunkBlocks = isShared ? maxChunkBlocks : Math.max(1, blocks);
    const chunks = Math.ceil(blocks / chunkBlocks);
    this.#job[0] = bytes;
    operands.forEach((operand, i) => {
      const { at, step } = typeof operand === 'number' ? { at: operand, step: 0 } : operand;
      this.#job[1 + 2 * i] = at;
      this.#job[2 + 2 * i] = step;
    });
    control[slot.kernel] = allNames.indexOf(name);
    control[slot.failed] = 0;
    control[slot.chunkBlocks] = chunkBlocks;
    Atomics.store(control, slot.done, 0);
    Atomics.store(control, slot.waiting, chunks);
    if (isShared) {
      Atomics.add(control, slot.jobs, 1);
      Atomics.notify(control, slot.jobs);
    }
    takeChunks(control, this.#work);
    this.#awaitOthers(chunks);
  }

  /** Others may be in the middle of a chunk. */
  #awaitOthers(chunks: number): void {
    const control = this.#control;
    const deadline = Date.now() + lateMs;
    for (let done = Atomics.load(control, slot.done); done < chunks; done = Atomics.load(control, slot.done)) {
      Atomics.wait(control, slot.done, done, 1000);
      if (Date.now() > deadline) throw new RangeError(`A thread has not finished its part within ${lateMs / 1000} s.`);
    }
    if (Atomics.load(control, slot.failed) > 0) throw new RangeError('A kernel has failed.');
  }
}

/** Helps with a team's jobs, in a thread that does nothing else (one of 63 at most): blocks, and never returns. */
export function serveTeam({ memory, control: shared, job }: TeamShare, openHost?: OpenHost): never {
  const control = new Int32Array(shared);
  const thread = Atomics.add(control, slot.threads, 1) + 1;
  const kernels = { ...instantiateKernels(memory, thread), ...openHost?.(memory) };
  const work = createWork(kernels, control, new Float64Array(job));
  for (;;) {
    const seen = Atomics.load(control, slot.jobs);
    takeChunks(control, work);
    Atomics.wait(control, slot.jobs, seen);
  }
}

/**
 * Chunks are taken by counting down: below one there is none, whichever job it is, so that a thread which looks up late cannot
 * mistake an old job for a new one. Operands are written before the count, and change only when all chunks are done.
 */
function takeChunks(control: Int32Array, work: (chunk: number) => void): void {
  for (;;) {
    const chunk = Atomics.sub(control, slot.waiting, 1) - 1;
    if (chunk < 0) return;
    try {
      work(chunk);
    } catch {
      Atomics.add(control, slot.failed, 1); // the job is to be ended all the same: others may be in the middle of it
    }
    Atomics.add(control, slot.done, 1);
    Atomics.notify(control, slot.done);
  }
}

function createWork(
  kernels: Kernels & Partial<HostKernels>,
  control: Int32Array,
  job: Float64Array,
): (chunk: number) => void {
  const byIndex = allNames.map((name) => kernels[name]);
  const operands = new Array<number>(maxOperands).fill(0);
  return (chunk) => {
    const chunkBlocks = control[slot.chunkBlocks]!;
    const first = chunk * chunkBlocks;
    for (let i = 0; i < maxOperands; i += 1) operands[i] = job[1 + 2 * i]! + first * job[2 + 2 * i]!;
    const bytes = Math.min(chunkBlocks * blockBytes, job[0]! - first * blockBytes);
    byIndex[control[slot.kernel]!]?.(bytes, ...operands);
  };
}
