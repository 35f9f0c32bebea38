// The coordinator's state, as plain values. Only src/coordinator/core/ changes it; the shell holds sockets, tensors and files.
import type { BridleError } from '../../errors.js';
import type { Coverage } from '../../collective/coverage.js';
import type { TreeNode } from '../../collective/tree.js';
import type { RunEvent } from '../../metrics/events.js';
import type { OnNonFinite } from '../training-options.js';

/** `collect`: a statistic over all shards of a training step, before its gradient (batch normalisation). */
export type Purpose = 'train' | 'evaluate' | 'collect';

/** What the core must know of a run. The functions are pure. */
export interface CorePlan {
  readonly numShards: number;
  readonly totalSteps: number;
  /** Steps between evaluations and between checkpoints; 0: never. */
  readonly evaluateEvery: number;
  readonly saveEvery: number;
  readonly minWorkers: number;
  readonly onNonFinite: OnNonFinite;
  readonly numEvaluationShards: number;
  /** Rounds of statistics before each gradient; undefined: none. */
  readonly numCollectives?: (step: number) => number;
  /** Two answers to one shard must be equal bit for bit; false with --allow-mixed-kernels. */
  readonly isStrict: boolean;
  /** Workers send sums over whole tree nodes; false: each shard's gradient alone, since it was rounded alone. */
  readonly sendsSums: boolean;
  readonly heartbeatTimeoutMs: number;
  /** Leases whose gradients may be on their way at once. */
  readonly maxUploads: number;
  /** Valid targets of a shard: the coordinator's own count, never the worker's word. 0: the shard has no rows. */
  targetCount(purpose: Purpose, step: number, shard: number): number;
  exampleIds(purpose: Purpose, step: number, shard: number): readonly number[];
}

/** Times, in milliseconds, that decide when a lease is overdue. */
export const leaseTimes = { unknown: 60_000, warmUp: 15_000, least: 2000, factor: 5, waitingEvery: 10_000 } as const;

export interface WorkerState {
  readonly rank: number;
  readonly name: string;
  lastHeard: number;
  /** Time spent in leases that were overdue when their round ended without them, since the last one that was answered. */
  overdueMs: number;
  /** Milliseconds a shard takes, from lease to answer, running mean by purpose. */
  readonly shardMs: Partial<Record<Purpose, number>>;
}

export interface Lease {
  readonly id: number;
  readonly rank: number;
  readonly shards: readonly number[];
  /** Moved on by the time that the coordinator itself stood still. */
  grantedAt: number;
  dueMs: number;
  isOverdue: boolean;
  /** Tree nodes that are still to come, once the reports are in. */
  awaited: TreeNode[] | undefined;
  /** Its gradients may come once they are reported. */
  isClear: boolean;
  /** When it was reported, if it has not been cleared since: its time stands still. */
  waitsSince: number | undefined;
}

export interface ShardHealth {
  readonly shard: number;
  readonly loss: number;
  readonly count: number;
  readonly squaredNorm: number;
  readonly nonFinite: string;
  /** State that travels with the shard (truncated backpropagation), as it came; empty: none. */
  readonly carried?: Uint8Array;
  /** What the shard was normalised by, where each has statistics of its own. */
  readonly moments?: Uint8Array;
}

export interface ShardScore {
  readonly shard: number;
  readonly loss: number;
  readonly count: number;
  readonly correct: number;
  /** Of a collective: the shard's statistics as they came. */
  readonly part?: Uint8Array;
}

interface RoundBase {
  readonly step: number;
  readonly startedAt: number;
  readonly leases: Map<number, Lease>;
  /** What a shard took the workers (median) when leases were granted last. */
  usualMs?: number | undefined;
}
export interface TrainRound extends RoundBase {
  readonly purpose: 'train';
  readonly coverage: Coverage;
  readonly reports: Map<number, { readonly rank: number; readonly health: ShardHealth }>;
  /** Shards whose gradient was not finite, by the worker that said so: to be computed once more by another. */
  readonly suspects: Map<number, number>;
  isSkipped: boolean;
  /** More leases than uploads are open: those that are granted now are to wait for theirs. */
  isCrowded: boolean;
}
export interface EvaluateRound extends RoundBase {
  readonly purpose: 'evaluate';
  readonly scores: Map<number, ShardScore>;
}
/** Its results stay for the open step, whoever has computed them; a shard that is lost is given to another worker. */
export interface CollectRound extends RoundBase {
  readonly purpose: 'collect';
  readonly scores: Map<number, ShardScore>;
}
export type Round = TrainRound | EvaluateRound | CollectRound;

export interface CoreState {
  readonly plan: CorePlan;
  readonly workers: Map<number, WorkerState>;
  /** Steps done; the step being computed has this number, counted from 0. */
  step: number;
  phase: 'waiting' | 'running' | 'updating' | 'ended';
  round: Round | undefined;
  /** Collectives of the open step that are done. */
  numCollected: number;
  nextLeaseId: number;
  /** Shards may be wanted that are in no lease: set by whatever frees one, cleared by the grants that find none. */
  hasFreeShards: boolean;
  isEvaluationDue: boolean;
  isSaveDue: boolean;
  /** Workers to whom the weights go at the end of the event, unless a lease brings them along. */
  weightsDue: readonly number[];
  isStopping: boolean;
  lastTick: number;
  waitingSince: number;
  lastWaitingNote: number;
  /** Answers that came too late or twice: counted, never summed. */
  staleAnswers: number;
}

export type CoreEvent =
  | { readonly type: 'joined'; readonly rank: number; readonly name: string }
  | { readonly type: 'left'; readonly rank: number; readonly reason: string }
  | { readonly type: 'heard'; readonly rank: number }
  /** The worker builds what a lease of a new shape needs: it takes long once. */
  | { readonly type: 'preparing'; readonly rank: number; readonly leaseId: number }
  | {
      readonly type: 'reported';
      readonly rank: number;
      readonly leaseId: number;
      readonly step: number;
      readonly reports: readonly ShardHealth[];
    }
  | {
      readonly type: 'node';
      readonly rank: number;
      readonly leaseId: number;
      readonly step: number;
      readonly node: TreeNode;
    }
  | {
      readonly type: 'scored';
      readonly rank: number;
      readonly leaseId: number;
      readonly step: number;
      readonly scores: readonly ShardScore[];
    }
  /** The shell has applied (or left out) the update of the round that was closed. */
  | { readonly type: 'updated' }
  | { readonly type: 'stop' }
  | { readonly type: 'tick' };

export type CoreEffect =
  | { readonly type: 'sendWeights'; readonly ranks: readonly number[] }
  | {
      readonly type: 'lease';
      readonly rank: number;
      readonly leaseId: number;
      readonly purpose: Purpose;
      readonly step: number;
      readonly shards: readonly number[];
      /** Its gradients wait for `clearToSend`. */
      readonly waits: boolean;
    }
  | { readonly type: 'clearToSend' | 'revoke'; readonly rank: number; readonly leaseId: number }
  /** Closes a worker's socket; `isStuck`: its process must end as well. */
  | {
      readonly type: 'disconnect';
      readonly rank: number;
      readonly code: string;
      readonly message: string;
      readonly isStuck: boolean;
    }
  | {
      readonly type: 'keepNode';
      readonly leaseId: number;
      readonly node: TreeNode;
      readonly replaced: readonly TreeNode[];
    }
  | { readonly type: 'dropNode'; readonly leaseId: number; readonly node: TreeNode }
  | {
      readonly type: 'update';
      readonly step: number;
      readonly reports: readonly ShardHealth[];
      /** Who reported each of them. */
      readonly ranks: readonly number[];
      readonly isSkipped: boolean;
    }
  | { readonly type: 'evaluation'; readonly step: number; readonly scores: readonly ShardScore[] }
  | { readonly type: 'collected'; readonly scores: readonly ShardScore[] }
  | { readonly type: 'save'; readonly step: number }
  | { readonly type: 'counted'; readonly rank: number; readonly shards: number }
  | { readonly type: 'tell'; readonly event: RunEvent }
  | { readonly type: 'fail'; readonly error: BridleError }
  | { readonly type: 'finish'; readonly reason: 'finished' | 'stopped' };

/** Says whether an evaluation follows a step. */
export function isEvaluationDueAfter(
  { evaluateEvery, totalSteps, numEvaluationShards }: CorePlan,
  step: number,
): boolean {
  const isCadence = evaluateEvery > 0 && step % evaluateEvery === 0;
  return numEvaluationShards > 0 && step > 0 && (isCadence || step >= totalSteps);
}

/** `isEvaluated`: the evaluation that follows `startStep`, if there is one, is done. */
export function createCoreState(plan: CorePlan, startStep: number, now: number, isEvaluated = true): CoreState {
  const isEvaluationDue = !isEvaluated && isEvaluationDueAfter(plan, startStep);
  return {
    plan,
    workers: new Map(),
    step: startStep,
    phase: 'waiting',
    round: undefined,
    numCollected: 0,
    nextLeaseId: 1,
    hasFreeShards: false,
    isEvaluationDue,
    // The checkpoint of this step knows nothing of its score yet.
    isSaveDue: isEvaluationDue,
    weightsDue: [],
    isStopping: false,
    lastTick: now,
    waitingSince: now,
    lastWaitingNote: now,
    staleAnswers: 0,
  };
}
