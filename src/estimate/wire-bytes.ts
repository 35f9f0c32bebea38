// Bytes of a step on each worker's connection, from the messages and frames that a run would send: nothing of it is guessed.
import { coverShards } from '../collective/tree.js';
import { dealShares } from '../collective/shares.js';
import { CarriedStates } from '../coordinator/carried-state.js';
import { describeLease, type LeaseState, type LeaseTotals } from '../coordinator/lease-message.js';
import type { RunPlan } from '../coordinator/run-plan.js';
import type { Block } from '../data/dataset.js';
import { collectivesOf, partSize, statisticsOf, widthOf } from '../params/batch-statistics.js';
import { isOwnModel } from '../params/own-model-spec.js';
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
  /** Of these, what batch normalisation exchanges before the gradient, in rounds that wait for each other; undefined: nothing. */
  readonly statistics?: StatisticsBytes;
}

export interface StatisticsBytes {
  readonly rounds: number;
  readonly down: number;
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
  const carried = plan.carried && new CarriedStates(plan.carried, {});
  const totals = totalsOfLeases(plan, plan.shape('train', step));
  return dealShares(all, equal).map(({ rank, shards }) => {
    const work = { leaseId: step * workers + rank + 1, purpose: 'train', step, shards, waits } as const;
    const lease = leaseBytes(plan, work, { carried, totals: totals.at(-1) });
    const statistics = bytesOfStatistics(plan, work, totals.slice(0, -1));
    const clearance = waits ? [encodeControl({ clearToSend: { leaseId: work.leaseId } }).length] : [];
    const nodes = plan.core.sendsSums ? coverShards(new Set(shards), numShards).length : shards.length;
    const gradients = Array.from({ length: nodes }, () => gradient).flat();
    const reports = shards.map((shard) => reportOf(plan, step, shard));
    // Numbers that are not 0 take 8 bytes, and the time 4, whatever they are.
    const report = encodeControl({ shardReports: { leaseId: work.leaseId, step, reports, computeMs: 1 } }).length;
    return {
      shards: shards.length,
      nodes,
      down: sum([...weights, lease, ...clearance].map(toWorker)) + (statistics?.down ?? 0),
      up: sum([report, ...gradients].map(toCoordinator)) + (statistics?.up ?? 0),
      ...(statistics && { statistics }),
    };
  });
}

type Work = Parameters<typeof describeLease>[1];

function leaseBytes(plan: RunPlan, work: Work, beside: LeaseState): number {
  return encodeControl(describeLease(plan, work, beside).message).length;
}

/** What each lease of a step brings of its statistics: those of its rounds in order, then that of the gradient. */
function totalsOfLeases({ model }: RunPlan, { steps }: { readonly steps: number }): (LeaseTotals | undefined)[] {
  const collectives = isOwnModel(model) ? [] : collectivesOf(model, steps);
  if (isOwnModel(model) || collectives.length === 0) return [undefined];
  const totals = collectives.map((one) => new Uint8Array(8 * widthOf(model, one)));
  const later = totals.map((total, taken) => ({ firstTotal: taken, totals: [total] }));
  return [{ firstTotal: 0, totals: [] }, ...later];
}

/** Counts the rounds in which shards hand in their parts of a statistic. */
function bytesOfStatistics(
  plan: RunPlan,
  { leaseId, step, shards }: Work,
  leases: readonly (LeaseTotals | undefined)[],
): StatisticsBytes | undefined {
  const { model } = plan;
  if (isOwnModel(model) || leases.length === 0) return undefined;
  const collectives = collectivesOf(model, plan.shape('train', step).steps);
  const work = { leaseId, purpose: 'collect', step, shards, waits: false } as const;
  const down = leases.map((totals) => leaseBytes(plan, work, { carried: undefined, totals }));
  const up = collectives.map((one) => {
    const part = new Uint8Array(4 * partSize(model, one));
    const reports = shards.map((shard) => ({ shard, part }));
    return encodeControl({ evaluationReports: { leaseId, step, reports, computeMs: 1 } }).length;
  });
  return { rounds: leases.length, down: sum(down.map(toWorker)), up: sum(up.map(toCoordinator)) };
}

function reportOf(plan: RunPlan, step: number, shard: number) {
  const carried = plan.carried && new Uint8Array(plan.carried.bytes);
  const count = plan.core.targetCount('train', step, shard);
  const moments = momentsOf(plan, step);
  return { shard, loss: 1, count, squaredNorm: 1, ...(carried && { carried }), ...(moments && { moments }) };
}

/** Statistics that a shard has of its own. */
function momentsOf({ model, shape }: RunPlan, step: number): Uint8Array | undefined {
  if (isOwnModel(model) || model.norm !== 'batch-ghost') return undefined;
  const own = statisticsOf(model, shape('train', step).steps).filter(({ isForward }) => isForward);
  return new Uint8Array(sum(own.map((one) => 4 * partSize(model, one))));
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
