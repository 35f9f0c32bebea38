// What a step's gradient was made of, measured beside the update: norms by layer and by shard, update-to-weight ratio, clip rate.
import type { GradientsEvent } from '../metrics/events.js';
import { globalNorm, squaredDistance, squaredNorm } from '../tensor/flat-vector.js';
import { isBuffer, type Layout, viewTensor } from '../tensor/layout.js';
import type { ShardHealth } from './core/state.js';

/** Steps over which the clip rate is taken. */
const clipWindow = 100;

export class UpdateTelemetry {
  readonly #tensors: Layout['tensors'];
  readonly #before: Float32Array;
  readonly #clipped: boolean[] = [];
  #gradNorms: number[] = [];

  constructor(layout: Layout) {
    // Running averages are no weights: they would move ratios that say how fast the model learns.
    this.#tensors = layout.tensors.filter((tensor) => !isBuffer(tensor));
    this.#before = new Float32Array(layout.size);
  }

  /** Looks at the mean gradient before clipping, and keeps the weights of before the update. */
  onGradient(mean: Float32Array, params: Float32Array): void {
    this.#gradNorms = this.#tensors.map((tensor) => globalNorm(viewTensor(mean, tensor)));
    this.#before.set(params);
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
    const changes = this.#tensors.map((tensor): [number, number] => {
      const before = viewTensor(this.#before, tensor);
      return [squaredDistance(viewTensor(params, tensor), before), squaredNorm(before)];
    });
    const layers = this.#tensors.map(({ name }, i) => {
      const layer = { gradNorm: this.#gradNorms[i] ?? NaN, updateRatio: ratioOf(changes[i] ?? [NaN, NaN]) };
      return [name, layer] as const;
    });
    const total = changes.reduce(([a, b], [change, weights]) => [a + change, b + weights], [0, 0]);
    return {
      event: 'gradients',
      step,
      clipRate: this.#clipped.filter(Boolean).length / this.#clipped.length,
      updateRatio: ratioOf(total),
      layers: Object.fromEntries(layers),
      shards: reports.map(({ shard }) => shard),
      shardNorms: reports.map((report) => Math.sqrt(report.squaredNorm) / report.count),
      shardRanks: [...ranks],
    };
  }
}

/** Infinite for weights that were all 0, and 0 where nothing changed. */
function ratioOf([change, weights]: readonly number[]): number {
  return change === 0 ? 0 : Math.sqrt((change ?? 0) / (weights ?? 0));
}
