// A worker: keeps the data that it is sent, has leases computed by its compute thread, answers them through its session.
import type { BackendName, Execution } from '../backend/backend.js';
import type { Logger } from 'pino';
import { findLayFileOver } from '../backend/native-addon.js';
import { assembleShard } from '../data/assemble-shard.js';
import { createBlockCache, type BlockCache } from '../data/block-cache.js';
import { blockName } from '../data/block-name.js';
import { decodeBlock, type DecodedBlock } from '../data/block.js';
import { BridleError, ProtocolError, exitCodes } from '../errors.js';
import { carriedSize } from '../params/model-spec.js';
import { isOwnModel, requireBuiltIn } from '../params/own-model-spec.js';
import { Purpose } from '../protocol/control.js';
import type { PayloadChoice } from '../protocol/payload.js';
import { parseRunSpec, type RunSpec } from '../protocol/run-spec.js';
import { createVectorArena, type PagedVector } from '../tensor/vector-arena.js';
import { connect, type ConnectOptions } from '../transport/client.js';
import type { Connection } from '../transport/connection.js';
import { ComputeClient } from './compute-client.js';
import type { Computed, LeasePurpose, ShardTask } from './compute-messages.js';
import type { SharedMemory } from './shared-memory.js';
import { StepTotals } from './step-totals.js';
import { Session, type Lease, type SessionHost, type Welcome } from './session.js';

export interface WorkerOptions {
  readonly connect: ConnectOptions;
  readonly backend: BackendName;
  readonly execution: Execution;
  readonly threads: number;
  /** The user's own model, if the run is to train one. */
  readonly modelPath?: string;
  readonly name: string;
  /** How long it is tried to reach a coordinator, at the start and after a loss. */
  readonly joinTimeoutMs: number;
  readonly payload: PayloadChoice;
  /** Bound of the data cache. */
  readonly cacheBytes: number;
  readonly signal: AbortSignal;
  readonly log: Logger;
}

const tickMs = 100;

/** Runs one worker until the coordinator ends it, the signal stops it (resolves), or it must give up (rejects). */
export async function runWorker(options: WorkerOptions): Promise<void> {
  const holder: { worker?: Worker } = {};
  const compute = await ComputeClient.start(options, {
    onComputed: (result) => holder.worker?.onComputed(result),
    onConfigured: (isStacked) => options.log.info({ isStacked }, 'model ready'),
    onPreparing: (leaseId) => holder.worker?.onPreparing(leaseId),
    onFailed: (error) => holder.worker?.onFailed(error),
  });
  options.log.info({ kernelId: compute.kernelId }, compute.description);
  holder.worker = new Worker(options, compute);
  await holder.worker.run();
}

class Worker implements SessionHost {
  readonly #options: WorkerOptions;
  readonly #compute: ComputeClient;
  readonly #session: Session;
  readonly #cache: BlockCache;
  /** Blocks of each open lease by name, in the lease's order; undefined until they have come. */
  readonly #totals = new StepTotals();
  readonly #pinned = new Map<number, Map<string, DecodedBlock | undefined>>();
  readonly #results = new Map<number, Computed>();
  readonly #done: Promise<void>;
  #resolve!: () => void;
  #reject!: (error: unknown) => void;
  #spec: RunSpec | undefined;
  #specJson = '';
  readonly #arena = createVectorArena();
  /** Weights as they arrive, in memory that the compute thread sees too. */
  #weights: Float32Array;
  /** Vectors over which the coordinator's weights are laid, where they can be. */
  #slots: (PagedVector | undefined)[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(options: WorkerOptions, compute: ComputeClient) {
    this.#options = options;
    this.#compute = compute;
    this.#cache = createBlockCache(options.cacheBytes);
    this.#weights = this.#arena.allocate(0);
    this.#session = new Session(this, options);
    this.#done = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  run(): Promise<void> {
    const { signal } = this.#options;
    this.#timer = setInterval(() => this.#session.tick(Math.random()), tickMs);
    signal.addEventListener('abort', () => this.#session.stop(), { once: true });
    if (signal.aborted) this.#session.stop();
    else this.#session.start();
    return this.#done;
  }

  onComputed(result: Computed): void {
    this.#results.set(result.leaseId, result);
    this.#session.computed(result.leaseId);
    this.#results.delete(result.leaseId);
  }

  onPreparing(leaseId: number): void {
    this.#session.send({ heartbeat: { preparingLease: leaseId } });
  }

  onFailed(error: unknown): void {
    this.#session.send({ goodbye: { reason: error instanceof BridleError ? error.code : 'INTERNAL' } });
    this.#session.close();
    clearInterval(this.#timer);
    this.#reject(error);
  }

  onExit(code: string, message: string, isError: boolean): void {
    clearInterval(this.#timer);
    this.#options.log.info({ code }, message);
    if (isError) this.#reject(new BridleError(code, message, exitCodes.disconnected));
    else this.#resolve();
  }

  onNote(code: string, message: string): void {
    this.#options.log.warn({ code }, message);
  }

  onBreach(error: unknown): void {
    const code = error instanceof ProtocolError ? error.code : 'INTERNAL';
    this.#options.log.error({ code }, error instanceof Error ? error.message : String(error));
  }

  connect(): Promise<Connection> {
    return connect(this.#options.connect);
  }

  introduce() {
    return { kernelId: this.#compute.kernelId, name: this.#options.name, heldBlocks: this.#cache.names() };
  }

  onWelcome(welcome: Welcome): void {
    if (welcome.runSpec !== this.#specJson) {
      this.#spec = parseRunSpec(welcome.runSpec);
      this.#specJson = welcome.runSpec;
      this.#compute.configure(this.#spec);
      this.#arena.free(this.#weights);
      this.#weights = this.#arena.allocate(this.#spec.parameters);
      this.#slots = [];
    }
    this.#options.log.info({ rank: welcome.rank, runId: welcome.runId, generation: welcome.generation }, 'joined');
  }

  onBlock(payload: Uint8Array): string {
    const name = blockName(payload);
    const block = decodeBlock(payload, this.#joinedSpec.data);
    for (const wanted of this.#pinned.values()) if (wanted.has(name)) wanted.set(name, block);
    const dropped = this.#cache.add(name, block);
    if (dropped.length > 0)
      this.#session.send({ droppedBlocks: { names: dropped.map((old) => Buffer.from(old, 'hex')) } });
    return name;
  }

  weightsVector(): Float32Array {
    return this.#weights;
  }

  onSharedMemory(memory: SharedMemory): void {
    const layFileOver = findLayFileOver();
    if (!layFileOver) return;
    memory.mapWeights(
      (cell) => (this.#slots[cell] ??= this.#arena.allocatePages(this.#joinedSpec.parameters)),
      layFileOver,
    );
    this.#compute.useCells(memory.gradientPages);
  }

  onWeights(step: number, params: Float32Array): void {
    this.#compute.setWeights(step, params);
  }

  get #joinedSpec(): RunSpec {
    if (!this.#spec) throw new ProtocolError('MESSAGE_UNEXPECTED', 'Work came before Welcome.');
    return this.#spec;
  }

  // ---- leases

  /** Blocks of a lease stay at hand until it is computed, whatever the cache drops meanwhile. */
  onLease(lease: Lease, blocks: readonly string[]): readonly string[] {
    const { model } = this.#joinedSpec;
    if (!isOwnModel(model) && lease.purpose !== Purpose.PURPOSE_EVALUATE) this.#totals.take(model, lease);
    this.#pinned.set(lease.leaseId, new Map(blocks.map((name) => [name, this.#cache.get(name)])));
    return blocks.filter((name) => !this.#cache.has(name));
  }

  abandon(leaseId: number): void {
    this.#pinned.delete(leaseId);
    this.#compute.revoke(leaseId);
  }

  compute(lease: Lease): void {
    const spec = this.#joinedSpec;
    const blocks = [...(this.#pinned.get(lease.leaseId)?.values() ?? [])];
    this.#pinned.delete(lease.leaseId);
    const shape = { rows: lease.rows, steps: lease.timeSteps };
    const isTraining = lease.purpose !== Purpose.PURPOSE_EVALUATE;
    const tasks = lease.shards.map(({ shard, exampleIds, blockIndexes, carried }): ShardTask => {
      const positions = new Map(exampleIds?.map((id, position) => [id, blockIndexes?.[position] ?? 0]));
      const find = (id: number): { block: DecodedBlock; row: number } => {
        const block = blocks[positions.get(id) ?? -1];
        if (!block)
          throw new ProtocolError(
            'BLOCK_MISSING',
            `Example ${id} of lease ${lease.leaseId} lies in no block of the lease.`,
          );
        return { block, row: id - block.first };
      };
      const batch = assembleShard(spec.data, exampleIds ?? [], find, shape);
      const draws = { seed: spec.seed, step: lease.step, exampleIds: exampleIds ?? [] };
      if (!isTraining) return { shard: shard ?? 0, batch };
      const state = carried && carried.length > 0 ? { carried: readCarried(carried, spec, lease.rows) } : {};
      return { shard: shard ?? 0, batch: { ...batch, draws, ...state } };
    });
    const purpose = purposes[lease.purpose] ?? 'train';
    const totals = isTraining ? this.#totals.before(lease) : [];
    this.#compute.compute({ leaseId: lease.leaseId, step: lease.step, purpose, tasks, totals });
  }

  answer(leaseId: number, step: number): void {
    const result = this.#results.get(leaseId);
    if (!result) return;
    const { shards, computeMs, nodes } = result;
    const reports = [...shards];
    if (result.purpose !== 'train') {
      this.#session.send({ evaluationReports: { leaseId, step, reports, computeMs } });
      return;
    }
    this.#session.sendAnswer({ leaseId, step, reports, computeMs }, () => nodes);
  }
}

const purposes: Readonly<Record<number, LeasePurpose>> = {
  [Purpose.PURPOSE_TRAIN]: 'train',
  [Purpose.PURPOSE_EVALUATE]: 'evaluate',
  [Purpose.PURPOSE_COLLECT]: 'collect',
};

/** The state in which a shard's rows start, float32 and little-endian, as every machine that bridle runs on has it. */
function readCarried(bytes: Uint8Array, { model }: RunSpec, rows: number): Float32Array {
  const wanted = 4 * carriedSize(requireBuiltIn(model, '--bptt'), rows);
  if (bytes.length === wanted) return new Float32Array(Uint8Array.from(bytes).buffer);
  throw new ProtocolError('CARRIED_STATE_INVALID', `A shard's state has ${bytes.length} bytes, wanted ${wanted}.`);
}
