// What goes out to workers: weights encoded once for all, leases, and the data that they need.
import { crc32 } from 'node:zlib';
import { encodeFrame } from '../protocol/frame.js';
import type { BatchStatistics } from './batch-statistics.js';
import type { CarriedStates } from './carried-state.js';
import type { Purpose } from './core/state.js';
import { describeLease, type LeaseEffect, type LeaseTotals } from './lease-message.js';
import type { Peer } from './peer.js';
import type { RunPlan } from './run-plan.js';
import type { TensorRoads } from './tensor-roads.js';

export interface OutboxOptions {
  readonly plan: RunPlan;
  readonly runId: string;
  readonly generation: number;
  readonly state: { readonly step: number };
  readonly roads: TensorRoads;
  readonly carried: CarriedStates | undefined;
  readonly statistics: BatchStatistics | undefined;
}

/** A queue longer than this gets no data ahead of need. */
const prefetchBytes = 4 * 1024 * 1024;

export class Outbox {
  readonly #options: OutboxOptions;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** Sends the weights of the current step; a worker whose queue is not empty gets them with its next lease instead. */
  offerWeights(peer: Peer): void {
    if (peer.connection.queuedBytes === 0) peer.connection.batch(() => this.#sendWeights(peer));
  }

  sendLease(peer: Peer, lease: LeaseEffect): void {
    peer.connection.batch(() => this.#sendLease(peer, lease));
  }

  #sendLease(peer: Peer, { leaseId, purpose, step, shards }: LeaseEffect): void {
    const { plan, carried, statistics } = this.#options;
    peer.openLease = leaseId;
    this.#sendWeights(peer);
    this.#feed(peer, purpose, step, shards);
    const totals = statistics && purpose !== 'evaluate' ? newTotals(peer, step, statistics.totals) : undefined;
    const { message, needed } = describeLease(plan, { leaseId, purpose, step, shards }, { carried, totals });
    peer.feed.lease(needed);
    peer.send(message);
    // The same shards of the next step are this worker's too, most likely: their data travels while it computes.
    const isAhead = purpose === 'train' && step + 1 < plan.totalSteps && peer.connection.queuedBytes < prefetchBytes;
    if (isAhead) this.#feed(peer, purpose, step + 1, shards);
  }

  /** Sends blocks of the open lease that a worker asks for by name. Throws ProtocolError BLOCKS_OVERASKED. */
  sendBlocks(peer: Peer, names: readonly Uint8Array[]): void {
    const wanted = names.map((name) => Buffer.from(name).toString('hex'));
    for (const block of peer.feed.answer(wanted)) this.#sendBlock(peer, block.bytes());
  }

  #sendWeights(peer: Peer): void {
    const { roads, state } = this.#options;
    if (peer.weightsStep === state.step) return;
    for (const message of roads.weightsFor(peer)) peer.connection.send(message);
    peer.weightsStep = state.step;
  }

  #feed(peer: Peer, purpose: Purpose, step: number, shards: readonly number[]): void {
    const { plan } = this.#options;
    for (const shard of shards) {
      const wanted = peer.feed.take(plan.split(purpose, shard), plan.exampleIds(purpose, step, shard));
      for (const block of wanted) this.#sendBlock(peer, block.bytes());
    }
  }

  #sendBlock(peer: Peer, bytes: Uint8Array): void {
    const { runId, generation } = this.#options;
    const fence = { generation, step: 0, attempt: 0, level: 0, index: 0, runId };
    const size = { chunk: 0, offset: 0, count: bytes.length, total: bytes.length };
    peer.connection.send(encodeFrame({ kind: 'block', dtype: 'bytes', ...fence, ...size }, bytes, crc32));
  }
}

/** What a worker has not had yet of a step's totals. */
function newTotals(peer: Peer, step: number, totals: readonly Uint8Array[]): LeaseTotals {
  const firstTotal = peer.sentTotals.step === step ? peer.sentTotals.count : 0;
  peer.sentTotals = { step, count: totals.length };
  return { firstTotal, totals: totals.slice(firstTotal) };
}
