// A worker's end of batch normalisation's collectives (src/params/batch-statistics.ts). The computation of a stack of shards is kept where
// it stopped: a worker that gets the same shards in the next collective goes on, another begins anew, to the same bits.
import type { ShardBatch } from '../data/shard-batch.js';
import { ConfigError } from '../errors.js';
import { collectivesOf } from '../params/batch-statistics.js';
import type { ModelSpec } from '../params/model-spec.js';
import { type Lockstep, type ShardPart, type Total, uploadTotals } from './lockstep.js';
import { stepOf, type StepOutputs } from './network-step.js';
import { type LastingScope, lastingScope } from './scope.js';
import { groupShards, type StackSizes, stackShards } from './shard-stack.js';
import { uploadStack } from './stack-tensors.js';
import type { Tfjs } from './tfjs.js';
import type { Weights } from './weights.js';

export interface Collector {
  /** Computes each shard's part `[count | a | b]` in the collective that comes after `totals`. Throws `MODEL_COLLECTIVE`. */
  collect(weights: Weights, shards: readonly ShardBatch[], totals: readonly Float32Array[]): Float32Array[];
  /** Frees what is kept. */
  forget(): void;
}

/** A stack's computation, stopped at its collective `numTaken`. */
interface Stopped {
  readonly scope: LastingScope;
  readonly lockstep: Lockstep<StepOutputs>;
  readonly numTaken: number;
  makeParts(): ShardPart[][];
}

export function createCollector(tf: Tfjs, spec: ModelSpec, stackSizes: StackSizes): Collector {
  let kept = new Map<string, Stopped>();

  function begin(weights: Weights, group: readonly ShardBatch[]): Stopped {
    const scope = lastingScope(tf);
    const shape = stackShards(spec, group, 'gradients');
    return scope.run(() => {
      const stack = uploadStack(tf, spec, shape);
      const lockstep = stepOf({ tf, spec, shape, weights, stack }, 'gradients');
      return { scope, lockstep, ...next(lockstep, undefined), numTaken: 0 };
    });
  }

  function goOn(stopped: Stopped, steps: number, totals: readonly Float32Array[]): Stopped {
    const { scope, lockstep, numTaken } = stopped;
    if (numTaken >= totals.length) return stopped;
    return scope.run(() => {
      const given = uploadTotals(tf, spec, steps, totals).slice(numTaken);
      const [last] = given.map((total) => next(lockstep, total)).slice(-1);
      return { scope, lockstep, ...last!, numTaken: totals.length };
    });
  }

  function forget(): void {
    for (const { scope } of kept.values()) scope.free();
    kept = new Map();
  }

  return {
    collect(weights, shards, totals) {
      const steps = shards[0]?.steps ?? 0;
      if (totals.length >= collectivesOf(spec, steps).length) {
        throw new ConfigError('MODEL_COLLECTIVE', 'The model has no such collective in a step.');
      }
      if (totals.length === 0) forget(); // another step, or the same one of a coordinator that began anew
      const earlier = kept;
      kept = new Map();
      const parts = groupShards(shards, stackSizes).flatMap((group) => {
        const key = keyOf(group);
        const stopped = goOn(earlier.get(key) ?? begin(weights, group), steps, totals);
        earlier.delete(key);
        kept.set(key, stopped);
        return tf.tidy(() => readParts(stopped.makeParts(), group.length));
      });
      for (const { scope } of earlier.values()) scope.free();
      return parts;
    },
    forget,
  };
}

function next(lockstep: Lockstep<StepOutputs>, totals: readonly Total[] | undefined): Pick<Stopped, 'makeParts'> {
  const state = totals ? lockstep.next(totals) : lockstep.next();
  if (state.done) throw new RangeError('A step has fewer collectives than its model says.');
  const stop = state.value;
  return { makeParts: () => stop.parts() };
}

/** Within a step an example lies in one shard. */
function keyOf(group: readonly ShardBatch[]): string {
  return group
    .map(({ draws, lengths }) => ((draws?.exampleIds as readonly number[] | undefined) ?? [...lengths]).join())
    .join(';');
}

/** `[count | a | b]` of each shard. */
function readParts(directions: readonly (readonly ShardPart[])[], numShards: number): Float32Array[] {
  return Array.from({ length: numShards }, (_, shard) => Float32Array.from(readPart(directions, shard)));
}

/** Reads a shard's parts in several statistics [statistic][direction][shard], one after the other. */
export function readMoments(statistics: NonNullable<StepOutputs['moments']>, shard: number): Float32Array {
  return Float32Array.from(statistics.flatMap((directions) => readPart(directions, shard)));
}

/** Directions one after the other. */
function readPart(directions: readonly (readonly ShardPart[])[], shard: number): number[] {
  const parts = directions.map((shards) => shards[shard]!);
  const values = [...parts.map(({ a }) => a), ...parts.map(({ b }) => b)].map((tensor) => [...tensor.dataSync()]);
  return [parts[0]!.count.dataSync()[0]!, ...values.flat()];
}
