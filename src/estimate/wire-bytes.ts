// Bytes of a step on each worker's connection, from the messages and frames that a run would send: nothing of it is guessed.
import { coverShards } from '../collective/tree.js';
import { dealShares } from '../collective/shares.js';
import { CarriedStates } from '../coordinator/carried-state.js';
import { describeLease } from '../coordinator/lease-message.js';
import type { RunPlan } from '../coordinator/run-plan.js';
import type { Block } from '../data/dataset.js';
import { frameSizes } from '../protocol/chunks.js';
import { encodeControl } from '../protocol/control.js';
import { headerBytes } from '../protocol/frame.js';
import { defaultLimits } from '../protocol/limits.js';

/** One worker's step, where all workers are equally fast. WebSocket framing counts, TCP's and TLS's does not. */
export interface WorkerBytes {
  readonly shards: number;
  /** Tree nodes that its gradients travel as. */
  readonly nodes: number;
  /** Weights and lease, and leave to send where there are more workers than may send at once. */
  readonly down: number;
  /** Reports and gradients. */
  readonly up: number;
}

/** Counts the bytes of training step `step` (from 0) for each of `workers`; data is not among them. */
export function bytesOfStep(plan: RunPlan, workers: number, step: number): WorkerBytes[] {
  const { numShards } = plan.core;
  const all = Array.from({ length: numShards }, (_, shard) => shard);
  const equal = Array.from({ length: workers }, (_, rank) => ({ rank, secondsPerShard: undefined }));
  const weights = frameSizes('f32', plan.layout.size, defaultLimits.maxChunkBytes);
  const gradient = frameSizes(plan.spec.wire, plan.layout.size, defaultLimits.maxChunkBytes);
  const waits = Math.min(workers, numShards) > plan.core.maxUploads;
  const beside = { carried: plan.carried && new CarriedStates(plan.carried, {}), totals: undefined };
  return dealShares(all, equal).map(({ rank, shards }) => {
    const work = { leaseId: step * workers + rank + 1, purpose: 'train', step, shards, waits } as const;
    const lease = encodeControl(describeLease(plan, work, beside).message).length;
    const clearance = waits ? [encodeControl({ clearToSend: { leaseId: work.leaseId } }).length] : [];
    const nodes = plan.core.sendsSums ? coverShards(new Set(shards), numShards).length : shards.length;
    const gradients = Array.from({ length: nodes }, () => gradient).flat();
    const reports = shards.map((shard) => reportOf(plan, step, shard));
    // Numbers that are not 0 take 8 bytes, and the time 4, whatever they are.
    const report = encodeControl({ shardReports: { leaseId: work.leaseId, step, reports, computeMs: 1 } }).length;
    return {
      shards: shards.length,
      nodes,
      down: sum([...weights, lease, ...clearance].map(toWorker)),
      up: sum([report, ...gradients].map(toCoordinator)),
    };
  });
}

function reportOf(plan: RunPlan, step: number, shard: number) {
  const carried = plan.carried && new Uint8Array(plan.carried.bytes);
  const count = plan.core.targetCount('train', step, shard);
  return { shard, loss: 1, count, squaredNorm: 1, ...(carried && { carried }) };
}

/** The bytes of blocks of data, each in a frame of its own. */
export function bytesOfBlocks(blocks: readonly Block[]): number {
  return sum(blocks.map((block) => toWorker(headerBytes + block.bytes().length)));
}

/** A WebSocket message with its framing (RFC 6455, 5.2). */
function toWorker(bytes: number): number {
  return bytes + (bytes < 126 ? 2 : bytes < 65_536 ? 4 : 10);
}

/** What a client sends is masked. */
function toCoordinator(bytes: number): number {
  return toWorker(bytes) + 4;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
