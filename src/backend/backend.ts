// What a loaded backend of tfjs offers: the one tfjs instance that everything in the process computes with, and what fixes its bits.
import type { Execution } from './execution.js';

export type { Execution, TfjsExecution } from './execution.js';

export type BackendName = 'native' | 'tensorflow' | 'wasm' | 'webgpu';
/** Backends of tfjs; `native` computes without it. */
export type TfjsBackendName = Exclude<BackendName, 'native'>;

export interface Backend {
  readonly name: TfjsBackendName;
  /** The only tfjs instance of the process. Two copies would not know each other's tensors. */
  readonly tf: typeof import('@tensorflow/tfjs');
  /** Workers with equal kernel ids compute equal bits. */
  readonly kernelId: string;
  /** For people: `TensorFlow 2.21.0 on the CPU, 1 thread`. */
  readonly description: string;
}

export interface BackendOptions {
  /** Threads inside one operation. wasm computes on one thread under Node whatever is asked. */
  readonly threads: number;
  /** What the kernel id of a tfjs backend names; `eager` when it is left out. */
  readonly execution?: Execution;
}
