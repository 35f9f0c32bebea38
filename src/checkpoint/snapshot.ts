// Everything that a run needs to go on from a step, as a value: what a checkpoint holds.
import type { OptimizerState } from '../optim/optimizer.js';
import type { Layout } from '../tensor/layout.js';
import type { DigestAlgorithm } from './digest.js';

export interface TrainingSnapshot {
  readonly runId: string;
  /** Steps done: the next one to compute is `step + 1`. */
  readonly step: number;
  /** `digestState(params, optimizer, { algorithm: digestAlgorithm })`. */
  readonly digest: string;
  readonly digestAlgorithm: DigestAlgorithm;
  readonly layout: Layout;
  readonly params: Float32Array;
  readonly optimizer: OptimizerState;
  readonly kernelId: string;
  readonly metrics: {
    readonly bestLoss?: number;
    readonly bestStep?: number;
    /** The last step that was evaluated, 0: none yet. Absent from checkpoints of version 0.1.0. */
    readonly evaluatedStep?: number;
  };
  readonly shardsByWorker: Record<string, number>;
  /** By shard, the state that travels with it, as it goes over the wire; absent where none does. */
  readonly carried?: Record<string, Uint8Array>;
  /** What the model and the data are, as plain JSON values: kept for `bridle inspect` and for readers outside bridle. */
  readonly model: Record<string, unknown>;
  readonly data: Record<string, unknown>;
}
