// What `bridle bench step` found, as one plain value: what --json prints and the table shows.

/** Where a step's time goes, milliseconds a step. Processor time but for `waitingMs`. */
export interface StepParts {
  /** Forward and backward in the compute thread, the mean of the workers. */
  readonly computeMs: number;
  /** A worker's main thread: socket, frames, data. */
  readonly workerMs: number;
  /** The coordinator's thread: socket, sums, update, digest. */
  readonly coordinatorMs: number;
  /** What is left of the step: waiting for the network, the disk, the other worker, the processor. */
  readonly waitingMs: number;
}

/** `null`: not measured, and why stands among the notes. */
export interface StepRow {
  /** T, global batch, input, hidden, layers. */
  readonly shape: readonly [number, number, number, number, number];
  readonly backend: string;
  readonly bridleMs: number;
  readonly torchMs: number | null;
  readonly stockMs: number | null;
  /** Ratios of times: below 1, bridle is the faster one. */
  readonly bridlePerTorch: number | null;
  readonly bridlePerStock: number | null;
  /** `null` where the system does not tell the time of threads (it is read from /proc). */
  readonly parts: StepParts | null;
}

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly platform: string;
  readonly arch: string;
  readonly node: string;
  /** Kernels of the native backend that this processor runs, the fastest first. */
  readonly kernels: readonly string[];
  readonly torch: string | null;
  /** Backend of stock tfjs. */
  readonly stock: string;
}

export interface StepResult {
  readonly machine: Machine;
  readonly rows: readonly StepRow[];
}
