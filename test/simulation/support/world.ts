// What the processes of a simulation share, and where they tell what they did.
import type { TreeNode } from '../../../src/collective/tree.js';
import type { CoreState, ShardScore } from '../../../src/coordinator/core/state.js';
import type { GradientPeak } from '../../../src/coordinator/gradient-store.js';
import type { CoordinatorProcess } from './coordinator-process.js';
import type { Disk, StepRecord } from './disk.js';
import type { Link, LinkEnd } from './link.js';
import type { Draws } from './random.js';
import type { Timeline } from './timeline.js';
import type { StepResult } from './toy-training.js';
import type { WorkerProcess } from './worker-process.js';

export interface World {
  readonly timeline: Timeline;
  readonly disk: Disk;
  /** Draws of the processes: durations, jitter. */
  readonly random: Draws;
  /** Milliseconds that a shard takes in the mean. */
  readonly shardMs: number;
  connect(name: string, handlers: { onRefused(): void; onConnected(link: Link): LinkEnd | undefined }): void;
  /** A gradient of this shard may come out wrong now: it has not yet. */
  allowsFlaw(step: number, shard: number): boolean;
  beforeAnswer(worker: WorkerProcess, numNodes: number): void;
  onState(core: CoreState): void;
  onHeld(peak: GradientPeak): void;
  onSum(step: number, nodes: readonly TreeNode[]): void;
  onStep(step: number, result: StepResult, known: StepRecord | undefined, params: Float32Array): void;
  onAnnounced(step: number): void;
  onEvaluation(step: number, scores: readonly ShardScore[], params: Float32Array): void;
  onDisconnect(name: string, code: string, message: string): void;
  onFinished(reason: 'finished' | 'stopped', coordinator: CoordinatorProcess): void;
}
