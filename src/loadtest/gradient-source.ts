// The gradients of a load test: a pure function of (seed, step, shard), so that the bits do not depend on who computes.
// Each is a slice of one pool of random values, scaled. Only + - * / and Math.sqrt: equal on every machine.
import { randomStream } from '../random/random-stream.js';
import { squaredNorm } from '../tensor/flat-vector.js';
import type { RecordedNorms } from './recorded-norms.js';

/** `fixed`: one gradient for all, so that only the first costs time. */
export type GradientKind = 'normal' | 'heavy-tailed' | 'exploding' | 'recorded' | 'fixed';

export interface GradientPlan {
  readonly seed: number;
  readonly kind: GradientKind;
  /** Shares of (step, shard), 0 to 1. */
  readonly explodeRate: number;
  readonly nanRate: number;
}

export interface GradientSource {
  /** Fills `target` [parameters] with the gradient of the summed loss of a shard with `count` targets. */
  write(target: Float32Array, step: number, shard: number, count: number): void;
  /** Every gradient is the same. */
  readonly isFixed: boolean;
  /** Tells whether this gradient is one of those that are a thousand to a million times as large. */
  isExploded(step: number, shard: number): boolean;
  /** Tells whether this gradient shall hold a NaN when it is computed first. */
  isPoisoned(step: number, shard: number): boolean;
}

/** Slices begin at one of so many places: two shards of a step seldom share one. */
const numPlaces = 65_536;
/** Draws are slow: seconds for some millions. */
const mostDrawn = 1 << 19;
const largestLevel = 1e6;

/**
 * Makes the gradients of a run; steps count from 0. `normal`: the mean's norm lies between 0.5 and 2, about the usual
 * threshold 1. `heavy-tailed`: values and norms of shards have tails (Simsekli, Sagun and Gurbuzbalaban 2019).
 * `exploding`: norms grow by half a step, from 0.01 to 10^6. `recorded`: each shard has the norm of an earlier run.
 */
export function createGradientSource(
  plan: GradientPlan,
  parameters: number,
  numShards: number,
  recorded?: RecordedNorms,
): GradientSource {
  const { seed, kind } = plan;
  const isFixed = kind === 'fixed';
  const pool = makePool(seed, kind === 'heavy-tailed', parameters + numPlaces - 1);
  // The sum of V independent slices has V times the square of one: this makes the mean's norm about 1.
  const unit = Math.sqrt(numShards / parameters);
  const draw = (purpose: string, step: number, shard: number): number =>
    randomStream(seed, purpose, step, shard).uniform();
  const isExploded = (step: number, shard: number): boolean =>
    plan.explodeRate > 0 && draw('loadtest-explode', step, shard) < plan.explodeRate;
  const explosion = (step: number, shard: number): number =>
    isExploded(step, shard) ? 1e3 + 1e6 * draw('loadtest-explosion', step, shard) : 1;
  const levelOf = (step: number, shard: number, slice: Float32Array): number => {
    switch (kind) {
      case 'normal':
        return unit * (0.5 + 1.5 * randomStream(seed, 'loadtest-level', step).uniform());
      case 'heavy-tailed':
        return unit / Math.sqrt(1e-8 + draw('loadtest-tail', step, shard)); // Pareto with exponent 2: no variance
      case 'exploding':
        return unit * growth(step);
      case 'fixed':
        return unit;
      case 'recorded':
        return (recorded?.normAt(step, shard) ?? 0) / Math.sqrt(squaredNorm(slice));
    }
  };
  return {
    write: (target, step, shard, count) => {
      const place = isFixed ? 0 : randomStream(seed, 'loadtest-place', step, shard).below(numPlaces);
      const slice = pool.subarray(place, place + parameters);
      const scale = count * levelOf(step, shard, slice) * explosion(step, shard);
      for (let i = 0; i < target.length; i += 1) target[i] = scale * (slice[i] as number);
    },
    isFixed,
    isExploded,
    isPoisoned: (step, shard) => plan.nanRate > 0 && draw('loadtest-nan', step, shard) < plan.nanRate,
  };
}

function growth(step: number): number {
  let level = 0.01;
  for (let i = 0; i < step && level < largestLevel; i += 1) level *= 1.5;
  return Math.min(level, largestLevel);
}

/** Random values with mean square 1, normal or Student's t with three degrees of freedom; a long pool repeats itself. */
function makePool(seed: number, isHeavyTailed: boolean, size: number): Float32Array {
  const random = randomStream(seed, 'loadtest-pool');
  const student = (): number => {
    const value = random.normal();
    const [a, b, c] = [random.normal(), random.normal(), random.normal()];
    return value / Math.sqrt((a * a + b * b + c * c) / 3);
  };
  const drawn = new Float32Array(Math.min(size, mostDrawn));
  let squares = 0;
  for (let i = 0; i < drawn.length; i += 1) {
    const value = isHeavyTailed ? student() : random.normal();
    drawn[i] = value;
    squares += value * value;
  }
  const factor = Math.sqrt(drawn.length / squares);
  const pool = new Float32Array(size);
  for (let i = 0; i < size; i += 1) pool[i] = factor * (drawn[i % drawn.length] as number);
  return pool;
}
