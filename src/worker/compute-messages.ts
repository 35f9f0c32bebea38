// What the worker's main thread and its compute thread say to each other.
import type { BackendName, Execution } from '../backend/backend.js';
import type { ExitCode } from '../errors.js';
import type { TreeNode } from '../collective/tree.js';
import type { ShardBatch } from '../data/shard-batch.js';
import type { RunSpec } from '../protocol/run-spec.js';
import type { GradientPages } from './shared-memory.js';
import type { NodeVector } from './tensor-road.js';

export interface ComputeThreadData {
  readonly backend: BackendName;
  readonly execution: Execution;
  readonly threads: number;
  readonly modelPath?: string;
  /** [1] the lease that was revoked last; the compute thread looks before it begins. */
  readonly revoked: SharedArrayBuffer;
}

export interface ShardTask {
  readonly shard: number;
  readonly batch: ShardBatch;
}

/** `collect`: a part in a statistic of the step. */
export type LeasePurpose = 'train' | 'evaluate' | 'collect';

export type ToCompute =
  | { readonly type: 'configure'; readonly spec: RunSpec }
  | { readonly type: 'cells'; readonly pages: GradientPages }
  | { readonly type: 'weights'; readonly step: number; readonly params: Float32Array }
  | {
      readonly type: 'compute';
      readonly leaseId: number;
      readonly step: number;
      readonly purpose: LeasePurpose;
      readonly tasks: readonly ShardTask[];
      /** Batch normalisation: of the step's collectives so far. */
      readonly totals: readonly Float32Array[];
    };

export interface ComputedShard {
  readonly shard: number;
  readonly loss: number;
  readonly count: number;
  readonly correct: number;
  readonly squaredNorm: number;
  readonly nonFinite: string;
  /** Where the rows of a shard that carries its state have ended, float32 as it lies in memory. */
  readonly carried?: Uint8Array;
  /** What a shard that has statistics of its own was normalised by. */
  readonly moments?: Uint8Array;
  /** Of a collective, float32 as it lies in memory. */
  readonly part?: Uint8Array;
}

export interface Computed {
  readonly type: 'computed';
  readonly leaseId: number;
  readonly purpose: LeasePurpose;
  readonly shards: readonly ComputedShard[];
  readonly nodes: readonly (NodeVector & { readonly node: TreeNode })[];
  readonly computeMs: number;
}

export type FromCompute =
  | { readonly type: 'ready'; readonly kernelId: string; readonly backend: string; readonly description: string }
  | { readonly type: 'configured'; readonly isStacked: boolean }
  /** Something that takes long once is being built for the lease. */
  | { readonly type: 'preparing'; readonly leaseId: number }
  | Computed
  | { readonly type: 'failed'; readonly code: string; readonly message: string; readonly exitCode: ExitCode };
