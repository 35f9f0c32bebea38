// What a step's gradient was made of, measured beside the update: norms by layer and by shard, update-to-weight ratio, clip rate.
import type { GradientsEvent } from '../metrics/events.js';
import { isBuffer, type Layout, viewTensor } from '../tensor/layout.js';
import { followIn, squaredNormIn } from '../tensor/reduce.js';
import type { VectorArena } from '../tensor/vector-arena.js';
import type { ShardHealth } from './core/state.js';

/** Steps over which the clip rate is taken. */
const clipWindow = 100;

export class UpdateTelemetry {
  readonly #tensors: Layout['tensors'];
  readonly #arena: VectorArena;
  /** The weights as they were described last, and the squared norm of each tensor of theirs. */
  readonly #known: Float32Array;
  #knownSquares: readonly number[] = [];
  readonly #clipped: boolean[] = [];
  #gradNorms: readonly number[] = [];

  constructor(layout: Layout, arena: VectorArena, params: Float32Array) {
    // Running averages are no weights: they would move ratios that say how fast the model learns.
    this.#tensors = layout.tensors.filter((tensor) => !isBuffer(tensor));
    this.#arena = arena;
    this.#known = arena.allocate(layout.size);
    this.reset(params);
  }

  /** Takes weights that did not come from an update for known. */
  reset(params: Float32Array): void {
    this.#known.set(params);
    this.#knownSquares = this.#squaresOf(this.#known);
  }

  /** Looks at the mean gradient before clipping. */
  onGradient(mean: Float32Array): void {
    this.#gradNorms = this.#squaresOf(mean).map(Math.sqrt);
  }

  /** Describes the step; `ranks[i]` computed `reports[i]`, `params` are the weights after it. */
  describe(
    step: number,
    params: Float32Array,
    clipCoefficient: number,
    reports: readonly ShardHealth[],
    ranks: readonly number[],
  ): GradientsEvent {
    this.#clipped.push(clipCoefficient !== 1);
    if (this.#clipped.length > clipWindow) this.#clipped.shift();
    const before = this.#knownSquares;
    const following = this.#tensors.map((tensor) =>
      followIn(this.#arena, viewTensor(this.#known, tensor), viewTensor(params, tensor)),
    );
    this.#knownSquares = following.map(({ squares }) => squares);
    const changes = following.map(({ change }) => change);
    const layers = this.#tensors.map(({ name }, i) => {
      const updateRatio = ratioOf(changes[i] ?? NaN, before[i] ?? NaN);
      return [name, { gradNorm: this.#gradNorms[i] ?? NaN, updateRatio }] as const;
    });
    return {
      event: 'gradients',
      step,
      clipRate: this.#clipped.filter(Boolean).length / this.#clipped.length,
      updateRatio: ratioOf(sumOf(changes), sumOf(before)),
      layers: Object.fromEntries(layers),
      shards: reports.map(({ shard }) => shard),
      shardNorms: reports.map((report) => Math.sqrt(report.squaredNorm) / report.count),
      shardRanks: [...ranks],
    };
  }

  #squaresOf(vector: Float32Array): number[] {
    return this.#tensors.map((tensor) => squaredNormIn(this.#arena, viewTensor(vector, tensor)));
  }
}

/** Infinite for weights that were all 0, and 0 where nothing changed. */
function ratioOf(change: number, weights: number): number {
  return change === 0 ? 0 : Math.sqrt(change / weights);
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
