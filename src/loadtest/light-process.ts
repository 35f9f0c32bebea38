// What light workers of one process share: the run's shape, the pool of gradients, decoded blocks, counters.
import { blockName } from '../data/block-name.js';
import { decodeBlock, type DecodedBlock } from '../data/block.js';
import { layoutOfAnyModel } from '../params/own-model-spec.js';
import type { PayloadChoice } from '../protocol/payload.js';
import { ShardQuantiser } from '../protocol/quantise.js';
import { parseRunSpec, type RunSpec } from '../protocol/run-spec.js';
import { findLayFileOver } from '../backend/native-addon.js';
import { createVectorArena, type PagedVector } from '../tensor/vector-arena.js';
import type { ConnectOptions } from '../transport/client.js';
import type { FaultRates } from './fates.js';
import { createGradientSource, type GradientPlan, type GradientSource } from './gradient-source.js';
import { LightLeases } from './light-lease.js';
import type { RecordedNorms } from './recorded-norms.js';
import type { FromSwarm } from './swarm-messages.js';

export interface LightProcessOptions {
  readonly connect: ConnectOptions;
  readonly plan: GradientPlan;
  readonly recorded?: RecordedNorms;
  readonly rates: FaultRates;
  readonly payload: PayloadChoice;
  readonly hasOneWorker: boolean;
  tell(message: FromSwarm): void;
  /** Asks whether a gradient may be planted with a NaN. */
  ask(step: number, shard: number): Promise<boolean>;
  /** The weights of a step have come to a worker. */
  onWeights(step: number): void;
}

export interface LightRun {
  readonly spec: RunSpec;
  readonly source: GradientSource;
  /** Where all workers lay the weights that come: they only check their order. */
  readonly scratch: Float32Array;
  readonly leases: LightLeases;
  /** Where a cell of weights may be laid. */
  slotFor(cell: number): PagedVector | undefined;
}

export class LightProcess {
  readonly options: LightProcessOptions;
  readonly layFileOver = findLayFileOver();
  bytesIn = 0;
  bytesOut = 0;
  readonly #blocks = new Map<string, DecodedBlock>();
  #run: LightRun | undefined;
  #specJson = '';
  #turns: Promise<void> = Promise.resolve();

  constructor(options: LightProcessOptions) {
    this.options = options;
  }

  get run(): LightRun | undefined {
    return this.#run;
  }

  /** Takes the run's shape in; all workers are told the same one. */
  learn(runSpec: string): LightRun {
    if (this.#run && runSpec === this.#specJson) return this.#run;
    const spec = parseRunSpec(runSpec);
    const { plan, recorded } = this.options;
    const layout = layoutOfAnyModel(spec.model);
    const source = createGradientSource(plan, spec.parameters, spec.shards, recorded);
    const scratch = new Float32Array(spec.parameters);
    const { wire, seed } = spec;
    const arena = createVectorArena();
    const quantiser = wire === 'f32' ? undefined : new ShardQuantiser(arena, wire, seed);
    const leases = new LightLeases(arena, source, layout, spec.shards, quantiser);
    const slots: (PagedVector | undefined)[] = [];
    const slotFor = (cell: number) => (slots[cell] ??= arena.allocatePages(spec.parameters));
    this.#run = { spec, source, leases, scratch, slotFor };
    this.#specJson = runSpec;
    this.#blocks.clear();
    return this.#run;
  }

  /** Waits until the event loop has come round, one worker after the other: heartbeats go out between answers. */
  takeTurn(): Promise<void> {
    this.#turns = this.#turns.then(() => new Promise((resolve) => setImmediate(resolve)));
    return this.#turns;
  }

  /** Decodes a block once for all workers, and returns its name. */
  addBlock(payload: Uint8Array, spec: RunSpec): string {
    const name = blockName(payload);
    if (!this.#blocks.has(name)) this.#blocks.set(name, decodeBlock(payload, spec.data));
    return name;
  }

  /** Valid targets of an example. */
  targetsOf(name: string, id: number, spec: RunSpec): number {
    if (spec.data.targets.per === 'sequence') return 1;
    const block = this.#blocks.get(name);
    return block?.lengths[id - block.first] ?? 0;
  }
}
