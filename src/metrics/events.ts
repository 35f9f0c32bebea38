// Everything that a run tells the outside, as plain values: one JSON object a line with --json, and the library's events.
import type { Diagnosis } from './diagnosis.js';

export interface StartedEvent {
  readonly event: 'started';
  readonly runId: string;
  readonly runDir: string;
  readonly data: string;
  readonly shards: number;
  readonly globalBatch: number;
  readonly parameters: number;
  readonly stepsPerEpoch: number;
  readonly totalSteps: number;
  readonly startStep: number;
  readonly backend: string;
  readonly execution: 'eager' | 'captured' | 'native';
  readonly kernelId: string;
  readonly generation: number;
  /** Rounds of statistics before a step's gradient, where sequences are as long as they get; left out: none. */
  readonly collectives?: number;
}
/** The coordinator listens at `urls`; `joinCommand` is the line to paste on another machine (it names a token file, never the token). */
export interface ListeningEvent {
  readonly event: 'listening';
  readonly urls: readonly string[];
  readonly joinCommand: string;
}
export interface WorkerJoinedEvent {
  readonly event: 'worker-joined';
  readonly rank: number;
  readonly name: string;
  readonly workers: number;
}
export interface WorkerLostEvent {
  readonly event: 'worker-lost';
  readonly rank: number;
  readonly name: string;
  readonly reason: string;
  readonly workers: number;
}
/** A wait that users should know of: who is waited for, and for how long already. */
export interface WaitingEvent {
  readonly event: 'waiting';
  readonly reason: string;
  readonly seconds: number;
}
/** A step whose record is on disk. Norms are L2 over the whole mean gradient. */
export interface CommittedEvent {
  readonly event: 'committed';
  readonly step: number;
  readonly epoch: number;
  /** Mean loss over the step's valid targets (nats or squared error). */
  readonly loss: number;
  readonly gradNorm: number;
  readonly clippedNorm: number;
  readonly clipCoefficient: number;
  /** The smallest L2 norm that clipping would have touched; absent without clipping by norm. */
  readonly clipThreshold?: number;
  readonly learningRate: number;
  readonly digest: string;
  readonly sequencesPerSecond: number;
  /** True while a resumed run repeats steps that its log already holds. */
  readonly replayed: boolean;
  /** True when the update was left out, by --on-nonfinite skip or --on-spike. */
  readonly skipped: boolean;
}
/** A gradient norm above `threshold`, a multiple of the running median; follows the `committed` of its step. */
export interface SpikeEvent {
  readonly event: 'spike';
  readonly step: number;
  readonly gradNorm: number;
  readonly median: number;
  readonly threshold: number;
  readonly reaction: 'report' | 'cut' | 'skip' | 'rollback';
  /** The rate from this step on. */
  readonly learningRate: number;
  /** `rollback`: the step whose state the run went back to. */
  readonly toStep?: number;
}
/** What the gradient of a committed step was made of; follows its `committed`. */
export interface GradientsEvent {
  readonly event: 'gradients';
  readonly step: number;
  /** The share of the last 100 steps that were clipped, counted since the coordinator began. */
  readonly clipRate: number;
  /** L2 norm of the update over that of the weights before it, of the whole model. */
  readonly updateRatio: number;
  /** By tensor: the norm of the mean gradient before clipping, and the same ratio. */
  readonly layers: Readonly<Record<string, { readonly gradNorm: number; readonly updateRatio: number }>>;
  /** Shards, the norms of their own mean gradients, and the ranks of the workers that computed them. */
  readonly shards: readonly number[];
  readonly shardNorms: readonly number[];
  readonly shardRanks: readonly number[];
}
/** The batch and the weights of a step that spiked or was not finite are in a file: `bridle replay PATH`. */
export interface StepSavedEvent {
  readonly event: 'step-saved';
  readonly step: number;
  readonly path: string;
  readonly reason: 'spike' | 'non-finite';
}
/** The weights after `step` on a few examples of the next step (--diagnose). */
export interface DiagnosisEvent extends Diagnosis {
  readonly event: 'diagnosis';
  readonly step: number;
}
export interface NonFiniteEvent {
  readonly event: 'non-finite';
  readonly step: number;
  readonly rank: number;
  readonly shard: number;
  readonly layer: string;
  readonly exampleIds: readonly number[];
  readonly reaction: 'recompute' | 'exclude' | 'skip' | 'stop';
}
export interface CheckpointEvent {
  readonly event: 'checkpoint';
  readonly step: number;
  readonly path: string;
  readonly bytes: number;
}
export interface EvaluatedEvent {
  readonly event: 'evaluated';
  readonly step: number;
  readonly epoch: number;
  readonly split: string;
  readonly loss: number;
  readonly examples: number;
  /** Classes, one target a sequence: the share that is right. */
  readonly accuracy?: number;
  /** Classes, one target a step, or keys: the mean negative log-likelihood. */
  readonly natsPerTarget?: number;
  /** Loss of a forecast without a model on the same split. */
  readonly baseline?: { readonly name: string; readonly loss: number };
  /** These weights are the best so far: by the validation split where the data has one, otherwise by the test split. */
  readonly best: boolean;
}
export interface DoneEvent {
  readonly event: 'done';
  readonly reason: 'finished' | 'stopped';
  readonly step: number;
  readonly digest: string;
  readonly runDir: string;
  readonly seconds: number;
  /** Shards computed by each worker, by its name. */
  readonly shardsByWorker: Readonly<Record<string, number>>;
}
export interface WarningEvent {
  readonly event: 'warning';
  readonly code: string;
  readonly message: string;
}
export interface ErrorEvent {
  readonly event: 'error';
  readonly code: string;
  readonly message: string;
}

export type RunEvent =
  | StartedEvent
  | ListeningEvent
  | WorkerJoinedEvent
  | WorkerLostEvent
  | WaitingEvent
  | CommittedEvent
  | SpikeEvent
  | GradientsEvent
  | StepSavedEvent
  | DiagnosisEvent
  | NonFiniteEvent
  | CheckpointEvent
  | EvaluatedEvent
  | DoneEvent
  | WarningEvent
  | ErrorEvent;
