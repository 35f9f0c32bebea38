// Batch normalisation's statistics of the open step: parts of shards in, totals out, running averages at its end. Joined along the tree
// in float64, so they are the same whoever computed a shard; kept until the step ends, so a shard that is lost is computed with them.
import { joinParts, type Part, poolMoments, readPart, totalsOf } from '../collective/moments.js';
import { ConfigError, ProtocolError } from '../errors.js';
import { type Collective, collectivesOf, partSize, statisticsOf, widthOf } from '../params/batch-statistics.js';
import { layerSuffix } from '../params/layout-of-model.js';
import { numDirections, type ModelSpec } from '../params/model-spec.js';
import type { Layout } from '../tensor/layout.js';
import type { ShardHealth, ShardScore } from './core/state.js';

/** Weight of the new value in a running average, as in PyTorch. */
const momentum = 0.1;

/** A lease may hold all shards, and its answer is one control message; so is a lease with all totals of a step. */
const mostBytes = 896 * 1024;

/** What a buffer of the layout is set to. */
export interface BufferValues {
  readonly offset: number;
  readonly values: Float32Array;
}

/** Moments of all shards at one place of the network. */
interface Moments {
  readonly at: Collective;
  readonly part: Part;
}

export interface StatisticsPlan {
  readonly spec: ModelSpec;
  readonly layout: Layout;
  readonly numShards: number;
  /** The most time steps that a batch has. */
  readonly maxSteps: number;
  /** The time steps of the open step's batch. */
  openSteps(): number;
}

export class BatchStatistics {
  readonly #plan: StatisticsPlan;
  #totals: Uint8Array[] = [];
  #moments: Moments[] = [];

  /** Throws `NORM_SIZE` where what is exchanged would be no message. */
  constructor(plan: StatisticsPlan) {
    this.#plan = plan;
    const collectives = statisticsOf(plan.spec, plan.maxSteps);
    const ofAnswer = 4 * plan.numShards * Math.max(...collectives.map((one) => partSize(plan.spec, one)));
    const ofLease = collectives.reduce((bytes, one) => bytes + 8 * widthOf(plan.spec, one), 0);
    const bytes = Math.max(ofAnswer, ofLease);
    if (bytes <= mostBytes) return;
    const message = `--norm ${plan.spec.norm} exchanges ${bytes} bytes at a time, at most ${mostBytes} are possible.`;
    throw new ConfigError('NORM_SIZE', `${message} Lower --hidden-size, --shards or the length of sequences.`);
  }

  /** Totals of the collectives so far, as they go over the wire. */
  get totals(): readonly Uint8Array[] {
    return this.#totals;
  }

  /** The collective that comes next, or is open. */
  get #next(): Collective | undefined {
    return collectivesOf(this.#plan.spec, this.#plan.openSteps())[this.#totals.length];
  }

  /** Refuses parts of another size in the answer to an open lease. Throws ProtocolError `STATISTICS_INVALID`. */
  check(scores: readonly ShardScore[]): void {
    const next = this.#next;
    const wanted = next ? 4 * partSize(this.#plan.spec, next) : 0;
    for (const { shard, part } of scores) if (part) requireSize(shard, part, wanted);
  }

  /** The same for moments that each shard has taken of itself. */
  checkOwn(reports: readonly ShardHealth[]): void {
    const { spec } = this.#plan;
    const wanted = this.#own.reduce((bytes, one) => bytes + 4 * partSize(spec, one), 0);
    for (const { shard, moments } of reports) requireSize(shard, moments ?? new Uint8Array(0), wanted);
  }

  /** Statistics that each shard has of its own, forward; none where they are exchanged. */
  get #own(): Collective[] {
    const { spec, openSteps } = this.#plan;
    return spec.norm === 'batch-ghost' ? statisticsOf(spec, openSteps()).filter(({ isForward }) => isForward) : [];
  }

  /** Takes in the collective that comes next; returns the shards whose part is not finite. */
  collected(scores: readonly ShardScore[]): number[] {
    const at = this.#next;
    if (!at) return [];
    const values = scores.flatMap(({ shard, part }) => (part ? [[shard, readFloats(part)] as const] : []));
    const parts = new Map(values.map(([shard, floats]) => [shard, readPart(floats)]));
    const width = widthOf(this.#plan.spec, at);
    const nothing: Part = { count: 0, a: new Float64Array(width), b: new Float64Array(width) };
    const part = joinParts(parts, this.#plan.numShards, at.isForward) ?? nothing;
    if (at.isForward) this.#moments.push({ at, part });
    this.#totals.push(new Uint8Array(totalsOf(part, at.isForward).buffer));
    return values.filter(([, floats]) => !floats.every(Number.isFinite)).map(([shard]) => shard);
  }

  /** Takes in what shards have taken of themselves, with the reports that count. */
  reported(reports: readonly ShardHealth[]): void {
    let first = 0;
    for (const at of this.#own) {
      const size = partSize(this.#plan.spec, at);
      const parts = reports.flatMap(({ shard, moments }): [number, Part][] =>
        moments ? [[shard, readPart(readFloats(moments).subarray(first, first + size))]] : [],
      );
      const part = poolMoments(new Map(parts), this.#plan.numShards);
      if (part) this.#moments.push({ at, part });
      first += size;
    }
  }

  /**
   * Ends the step: what its running averages become. The variance is the unbiased one; a time step with fewer than two rows takes over
   * the moments of the one before.
   */
  takeBuffers(params: Float32Array): BufferValues[] {
    const moments = this.#moments;
    this.#totals = [];
    this.#moments = [];
    const latest = new Map<string, Moments>();
    const buffers: BufferValues[] = [];
    for (const given of moments) {
      const key = `${given.at.layer} ${given.at.first}`;
      const taken = given.part.count >= 2 ? given : latest.get(key);
      if (!taken) continue;
      latest.set(key, taken);
      buffers.push(...this.#average(params, given.at.timeStep, taken));
    }
    // Steps beyond the longest sequence of this batch.
    const { normSteps = 1 } = this.#plan.spec;
    const reached = 1 + Math.max(-1, ...moments.map(({ at }) => at.timeStep));
    for (const taken of latest.values())
      for (let t = reached; t < normSteps; t++) buffers.push(...this.#average(params, t, taken));
    return buffers;
  }

  #average(params: Float32Array, timeStep: number, { at, part }: Moments): BufferValues[] {
    const { spec, layout } = this.#plan;
    const unbiased = part.b.map((squares) => squares / (part.count - 1));
    return Array.from({ length: numDirections(spec) }, (_, direction) => {
      const suffix = layerSuffix(at.layer, direction);
      const update = (name: string, fresh: Float64Array): BufferValues[] => {
        const tensor = layout.tensors.find((one) => one.name === `rnn.running_${name}${suffix}`);
        if (!tensor) return [];
        const offset = tensor.offset + timeStep * (tensor.shape.at(-1) ?? 0) + at.first;
        const values = params.slice(offset, offset + at.size);
        const first = direction * at.size;
        return [{ offset, values: values.map((old, i) => (1 - momentum) * old + momentum * (fresh[first + i] ?? 0)) }];
      };
      return [...update('mean', part.a), ...update('var', unbiased)];
    }).flat();
  }
}

function requireSize(shard: number, part: Uint8Array, wanted: number): void {
  if (part.length === wanted) return;
  const message = `Shard ${shard} came with statistics of ${part.length} bytes, wanted ${wanted}.`;
  throw new ProtocolError('STATISTICS_INVALID', message);
}

/** Reads float32 as they lie in memory. */
export function readFloats(bytes: Uint8Array): Float32Array {
  return new Float32Array(Uint8Array.from(bytes).buffer);
}
