// A computation that stops wherever it needs a statistic over all shards: it says what its own shards add to it, and goes on when it is
// given the whole. So one text serves the worker that hands in parts and the step that knows all totals.
import type { Scalar, Tensor, Tensor1D, Tensor2D, Tensor3D } from '@tensorflow/tfjs';
import { collectivesOf, statisticsOf, widthOf } from '../params/batch-statistics.js';
import { numDirections, type ModelSpec } from '../params/model-spec.js';
import { sliceShard } from './places.js';
import type { StackShape } from './shard-stack.js';
import type { Tfjs } from './tfjs.js';
import type { Weights } from './weights.js';

/** A shard's part in a statistic of one direction, each [size]: mean and sum of squares about it; or, backward, two sums. */
export type ShardPart = { readonly count: Scalar; readonly a: Tensor1D; readonly b: Tensor1D };

/** What parts make: mean and variance; or, backward, two means. Each [size], or of each row's own shard [1, rows, size]. */
export type Total = { readonly a: Tensor; readonly b: Tensor };

/** Where a computation stops; parts are made only if they are asked for. */
interface Stop<Parts> {
  readonly isForward: boolean;
  parts(): Parts;
}

/** Of one direction: parts [shard]. */
export type DirectionLockstep<Result> = Generator<Stop<ShardPart[]>, Result, Total>;

/** Of a whole network: parts and totals [direction]. */
export type Lockstep<Result> = Generator<Stop<ShardPart[][]>, Result, readonly Total[]>;

/** Runs directions side by side: where one stops all do, for they are alike. */
export function* together<Result>(directions: readonly DirectionLockstep<Result>[]): Lockstep<Result[]> {
  let states = directions.map((direction) => direction.next());
  for (;;) {
    const waiting = states.flatMap((state) => (state.done ? [] : [state.value]));
    if (waiting.length === 0) return states.flatMap((state) => (state.done ? [state.value] : []));
    const totals = yield { isForward: waiting[0]!.isForward, parts: () => waiting.map((stop) => stop.parts()) };
    states = directions.map((direction, index) => direction.next(totals[index]!));
  }
}

/** Runs a computation to its end on totals that are all known, in their order. */
export function withTotals<Result>(lockstep: Lockstep<Result>, totals: readonly (readonly Total[])[]): Result {
  let state = lockstep.next();
  for (let taken = 0; !state.done; taken++) state = lockstep.next(totals[taken]!);
  return state.value;
}

/** Runs a computation to its end with each shard's own statistics; returns its forward parts [statistic][direction][shard] too. */
export function withOwnTotals<Result>(
  tf: Tfjs,
  shape: StackShape,
  lockstep: Lockstep<Result>,
): { readonly result: Result; readonly moments: ShardPart[][][] } {
  const moments: ShardPart[][][] = [];
  let state = lockstep.next();
  while (!state.done) {
    const { isForward } = state.value;
    const parts = state.value.parts();
    if (isForward) moments.push(parts);
    state = lockstep.next(parts.map((shards) => ownTotals(tf, shape, shards, isForward)));
  }
  return { result: state.value, moments };
}

/** [1, rows, size]; rows of no shard get zeros. */
function ownTotals(tf: Tfjs, shape: StackShape, parts: readonly ShardPart[], isForward: boolean): Total {
  const { rows, rowsPerShard, numShards } = shape;
  const overRows = (values: readonly Tensor1D[]): Tensor3D => {
    const tiled = values.map((own) => tf.tile(tf.reshape(own, [1, 1, own.size]), [1, rowsPerShard, 1]));
    const rest = rows - numShards * rowsPerShard;
    return tf.concat([...tiled, ...(rest > 0 ? [tf.zeros([1, rest, values[0]!.size])] : [])], 1) as Tensor3D;
  };
  return tf.tidy(() => {
    const mean = (sum: Tensor1D, count: Scalar) => tf.div(sum, tf.maximum(count, 1)) as Tensor1D;
    return {
      a: overRows(parts.map(({ a, count }) => (isForward ? a : mean(a, count)))),
      b: overRows(parts.map(({ b, count }) => mean(b, count))),
    };
  });
}

/** Uploads totals `[a | b]` as [collective][direction]. */
export function uploadTotals(tf: Tfjs, spec: ModelSpec, steps: number, totals: readonly Float32Array[]): Total[][] {
  const collectives = collectivesOf(spec, steps);
  return totals.map((values, index) => {
    const { size } = collectives[index]!;
    const width = widthOf(spec, collectives[index]!);
    const part = (first: number) => tf.tensor1d(values.slice(first, first + size));
    return Array.from({ length: numDirections(spec) }, (_, direction) => ({
      a: part(direction * size),
      b: part(width + direction * size),
    }));
  });
}

/** The moments that stand in for the step's own outside of training: running averages, as [collective][direction]. */
export function runningTotals(tf: Tfjs, spec: ModelSpec, { layers }: Weights, steps: number): Total[][] {
  const forward = statisticsOf(spec, steps).filter(({ isForward }) => isForward);
  return forward.map(({ layer, timeStep, first, size }) =>
    layers[layer]!.map(({ running }) => {
      const known = Math.min(timeStep, running!.mean.shape[0] - 1);
      const part = (values: Tensor2D) => tf.reshape(tf.slice(values, [known, first], [1, size]), [size]) as Tensor1D;
      return { a: part(running!.mean), b: part(running!.variance) };
    }),
  );
}

/** Computes the moments of each shard's values [steps, rows, size] over the places where `valid` [steps, rows, 1] is 1. */
export function momentsOfShards(tf: Tfjs, shape: StackShape, values: Tensor3D, valid: Tensor3D): ShardPart[] {
  return ofShards(shape, (shard) =>
    tf.tidy(() => {
      const [own, ownValid] = [sliceShard(tf, shape, shard, values), sliceShard(tf, shape, shard, valid)];
      const count = tf.sum(ownValid) as Scalar;
      // At a late time step a shard may have no row left.
      const mean = tf.div(tf.sum(tf.mul(own, ownValid), [0, 1]), tf.maximum(count, 1)) as Tensor1D;
      const squares = tf.sum(tf.square(tf.mul(tf.sub(own, mean), ownValid)), [0, 1]) as Tensor1D;
      return { count, a: mean, b: squares };
    }),
  );
}

/** Computes each shard's sums of a gradient [steps, rows, size] and of its product with the normalised values; it is 0 where padded. */
export function gradientSumsOfShards(
  tf: Tfjs,
  shape: StackShape,
  grad: Tensor3D,
  values: Tensor3D,
  valid: Tensor3D,
): ShardPart[] {
  return ofShards(shape, (shard) =>
    tf.tidy(() => {
      const own = sliceShard(tf, shape, shard, grad);
      const along = tf.mul(own, sliceShard(tf, shape, shard, values));
      const count = tf.sum(sliceShard(tf, shape, shard, valid)) as Scalar;
      return { count, a: tf.sum(own, [0, 1]) as Tensor1D, b: tf.sum(along, [0, 1]) as Tensor1D };
    }),
  );
}

function ofShards<Result>({ numShards }: StackShape, make: (shard: number) => Result): Result[] {
  return Array.from({ length: numShards }, (_, shard) => make(shard));
}
