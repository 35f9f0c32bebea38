// What goes out to workers: weights encoded once for all, leases, and the data that they need.
import { crc32 } from '../backend/bytes.js';
import type { Block } from '../data/load-dataset.js';
import { encodeFrame } from '../protocol/frame.js';
import type { Message } from '../protocol/message.js';
import { clearToSendMinor } from '../protocol/version.js';
import { maxBatchedBytes } from '../transport/connection.js';
import type { BatchStatistics } from './batch-statistics.js';
import type { CarriedStates } from './carried-state.js';
import type { Purpose } from './core/state.js';
import { describeLease, type LeaseEffect, type LeaseTotals } from './lease-message.js';
import type { Peer } from './peer.js';
import { remember } from './remember.js';
import type { RunPlan } from './run-plan.js';
import type { TensorRoads } from './tensor-roads.js';
import { Turns } from './turns.js';

export interface OutboxOptions {
  readonly plan: RunPlan;
  readonly runId: string;
  readonly generation: number;
  readonly state: { readonly step: number };
  readonly roads: TensorRoads;
  readonly carried: CarriedStates | undefined;
  readonly statistics: BatchStatistics | undefined;
  /** What is sent at a later turn could not be made: data cannot be read, for one. */
  onFailed(error: unknown): void;
}

/** A queue longer than this gets no data ahead of need. */
const prefetchBytes = 4 * 1024 * 1024;
/** So long may sending take, where there is time, before those who speak are heard: weights for a thousand workers take seconds. */
const turnMs = 20;

/** What a worker is to get at its turn: a lease, or the weights alone. */
type Due = LeaseEffect | 'weights';

export class Outbox {
  readonly #options: OutboxOptions;
  readonly #turns: Turns<Peer, Due>;
  /** Neighbours in the order of the examples are dealt to workers that are served one after the other. */
  readonly #frameOf: (block: Block) => Message;

  constructor(options: OutboxOptions) {
    this.#options = options;
    this.#turns = new Turns({
      turnMs,
      perform: (peer, due) => this.#serve(peer, due),
      onFailed: (error) => options.onFailed(error),
    });
    this.#frameOf = remember(2, (block) => encodeBlockFrame(block.bytes(), options));
  }

  /** Puts the weights of the current step down for a worker; one whose queue is not empty gets them with its next lease instead. */
  offerWeights(peer: Peer): void {
    if (this.#turns.get(peer) === undefined) this.#turns.put(peer, 'weights');
  }

  /** Puts a lease down for a worker, and the weights and data that it has not had. */
  putLease(peer: Peer, lease: LeaseEffect): void {
    this.#turns.put(peer, lease);
  }

  /** Asks for the gradients of a lease that waits; where its worker was not told to wait they have come or are on their way. */
  clearToSend(peer: Peer, leaseId: number): void {
    if (peer.waitingLease === leaseId) peer.send({ clearToSend: { leaseId } });
  }

  /** Takes a lease back that has not gone out yet; false: it has. */
  takeBack(peer: Peer, leaseId: number): boolean {
    const due = this.#turns.get(peer);
    if (due === undefined || due === 'weights' || due.leaseId !== leaseId) return false;
    this.#turns.drop(peer);
    return true;
  }

  /** Sends what is put down, for a turn; the rest follows when others have been heard. */
  send(): void {
    this.#turns.take();
  }

  forget(peer: Peer): void {
    this.#turns.drop(peer);
  }

  close(): void {
    this.#turns.clear();
  }

  #serve(peer: Peer, due: Due): void {
    const { connection } = peer;
    if (due === 'weights' && connection.queuedBytes > 0) return;
    const send = (): void => (due === 'weights' ? this.#sendWeights(peer) : this.#sendLease(peer, due));
    const { plan, roads } = this.#options;
    const isShort = roads.isShared(peer) || 4 * plan.layout.size <= maxBatchedBytes;
    if (isShort) connection.batch(send);
    else send();
  }

  #sendLease(peer: Peer, effect: LeaseEffect): void {
    const { leaseId, purpose, step, shards } = effect;
    const { plan, carried, statistics, roads } = this.#options;
    const waits = effect.waits && peer.protocolMinor >= clearToSendMinor && !roads.isShared(peer);
    peer.openLease = leaseId;
    peer.waitingLease = waits ? leaseId : undefined;
    this.#sendWeights(peer);
    this.#feed(peer, purpose, step, shards);
    const totals = statistics && purpose !== 'evaluate' ? newTotals(peer, step, statistics.totals) : undefined;
    const { message, needed } = describeLease(plan, { ...effect, waits }, { carried, totals });
    peer.feed.lease(needed);
    peer.send(message);
    // The same shards of the next step are this worker's too, most likely: their data travels while it computes.
    const isAhead = purpose === 'train' && step + 1 < plan.totalSteps && peer.connection.queuedBytes < prefetchBytes;
    if (isAhead) this.#feed(peer, purpose, step + 1, shards);
  }

  /** Sends blocks of the open lease that a worker asks for by name. Throws ProtocolError BLOCKS_OVERASKED. */
  sendBlocks(peer: Peer, names: readonly Uint8Array[]): void {
    const wanted = names.map((name) => Buffer.from(name).toString('hex'));
    for (const block of peer.feed.answer(wanted)) peer.connection.send(...this.#frameOf(block));
  }

  #sendWeights(peer: Peer): void {
    const { roads, state } = this.#options;
    if (peer.weightsStep === state.step) return;
    roads.sendWeights(peer);
    peer.weightsStep = state.step;
  }

  #feed(peer: Peer, purpose: Purpose, step: number, shards: readonly number[]): void {
    const { plan } = this.#options;
    for (const shard of shards) {
      const wanted = peer.feed.take(plan.split(purpose, shard), plan.exampleIds(purpose, step, shard));
      for (const block of wanted) peer.connection.send(...this.#frameOf(block));
    }
  }
}

/** What a worker has not had yet of a step's totals. */
function newTotals(peer: Peer, step: number, totals: readonly Uint8Array[]): LeaseTotals {
  const firstTotal = peer.sentTotals.step === step ? peer.sentTotals.count : 0;
  peer.sentTotals = { step, count: totals.length };
  return { firstTotal, totals: totals.slice(firstTotal) };
}

function encodeBlockFrame(bytes: Uint8Array, { runId, generation }: OutboxOptions): Message {
  const fence = { generation, step: 0, attempt: 0, level: 0, index: 0, runId };
  const size = { chunk: 0, offset: 0, count: bytes.length, total: bytes.length };
  return encodeFrame({ kind: 'block', dtype: 'bytes', ...fence, ...size }, bytes, crc32);
}
