// Inputs of a step by formula: parameters, data and lengths that differ with the seed, in the shapes of a given stack.
import { collectivesOf, widthOf } from '../params/batch-statistics.js';
import { layoutOfModel } from '../params/layout-of-model.js';
import { carriedSize, type ModelSpec } from '../params/model-spec.js';
import { uploadTotals } from './lockstep.js';
import type { StepInputs, StepKind } from './network-step.js';
import { probeValues } from './probe-values.js';
import { probeBatch } from './self-check.js';
import { type ShardStack, type StackShape, stackShards } from './shard-stack.js';
import { uploadStack } from './stack-tensors.js';
import type { Tfjs } from './tfjs.js';
import { uploadWeights } from './weights.js';

/** Makes the inputs; the caller owns the tensors. */
export function exampleInputs(
  tf: Tfjs,
  spec: ModelSpec,
  shape: StackShape & Pick<ShardStack, 'carried'>,
  kind: StepKind,
  seed: number,
): StepInputs {
  const { steps, rowsPerShard, numShards } = shape;
  const lengthOf = (row: number): number => Math.max(1, steps - ((row + seed) % 3));
  const shards = Array.from({ length: numShards }, (_, shard) => {
    const lengths = Array.from({ length: rowsPerShard }, (_row, row) => lengthOf(row + shard));
    const batch = probeBatch({ spec, steps, lengths }, 100 * seed + 3 * shard);
    if (!shape.carried) return batch;
    return { ...batch, carried: probeValues(100 * seed + 3 * shard + 1, carriedSize(spec, rowsPerShard), 1) };
  });
  return {
    weights: uploadWeights(tf, spec, probeValues(seed, layoutOfModel(spec).size, 0.25)),
    stack: uploadStack(
      tf,
      spec,
      stackShards(spec, shards, kind),
      kind === 'gradients' ? uploadTotals(tf, spec, steps, probeTotals(spec, steps, seed)) : [],
    ),
  };
}

/** Totals of a step's collectives by formula, others for each seed: a recording takes what does not differ for a constant. */
export function probeTotals(spec: ModelSpec, steps: number, seed: number): Float32Array[] {
  return collectivesOf(spec, steps).map((collective, tag) =>
    probeValues(100_000 * seed + tag, 2 * widthOf(spec, collective), 1).map((value) => Math.abs(value) + 0.1),
  );
}
