// A backend's start-up check: gradients of small networks against PyTorch's in float64, so that a broken library, driver or
// instruction set is found before it reaches a run.
import type { ShardBatch } from '../data/shard-batch.js';
import { NumericalError } from '../errors.js';
import { layoutOfModel } from '../params/layout-of-model.js';
import type { ModelSpec } from '../params/model-spec.js';
import { viewTensor } from '../tensor/layout.js';
import type { Network } from './network.js';
import { probeIntegers, probeValues } from './probe-values.js';
import { selfCheckReference } from './self-check-reference.js';

/** A network whose parameters and data are `probeValues` of a seed, and its gradient of the summed loss, by tensor. */
export interface GradientCase {
  readonly spec: ModelSpec;
  readonly steps: number;
  readonly lengths: readonly number[];
  readonly seed: number;
  readonly scale: number;
  readonly loss: number;
  readonly count: number;
  readonly gradients: Readonly<Record<string, readonly number[]>>;
}

/** Float32 on a sound backend stays below 1e-6; reduced precision (TF32, half floats) does not pass. */
const tolerance = 1e-4;

/** Makes the network of a model on the backend that is checked. */
export type NetworkFactory = (spec: ModelSpec) => Network;

/** Checks the backend `name`, whose networks `create` makes; returns the worst error, relative in L2. Throws `BACKEND_SELF_CHECK`. */
export function checkBackend(name: string, create: NetworkFactory): { worst: number } {
  let worst = 0;
  for (const reference of selfCheckReference) {
    for (const [tensor, error] of Object.entries(gradientErrors(create, reference))) {
      // NaN < tolerance is false: a backend that returns NaN fails too.
      if (!(error < tolerance)) throw failure(name, reference, tensor, error);
      worst = Math.max(worst, error);
    }
  }
  return { worst };
}

/** Computes the error of each tensor's gradient, and of `loss`, relative in L2. */
export function gradientErrors(create: NetworkFactory, reference: GradientCase): Record<string, number> {
  const layout = layoutOfModel(reference.spec);
  const grads = new Float32Array(layout.size);
  const network = create(reference.spec);
  network.setParams(probeValues(reference.seed, layout.size, reference.scale));
  const [result] = network.gradients([probeBatch(reference, reference.seed + 1)], [grads]);
  network.dispose();
  const errors: Record<string, number> = { loss: relativeError([result?.loss ?? NaN], [reference.loss]) };
  for (const tensor of layout.tensors) {
    errors[tensor.name] = relativeError(viewTensor(grads, tensor), reference.gradients[tensor.name] ?? []);
  }
  return errors;
}

/** Fills a batch by formula at every place, padded ones too: inputs within 2 of 0, values within 1. */
export function probeBatch(shape: Pick<GradientCase, 'spec' | 'steps' | 'lengths'>, seed: number): ShardBatch {
  const { spec, steps, lengths } = shape;
  const places = steps * lengths.length;
  const targets = spec.targetsPer === 'sequence' ? lengths.length : places;
  return {
    rows: lengths.length,
    steps,
    lengths: Int32Array.from(lengths),
    inputs:
      spec.inputs === 'ids'
        ? probeIntegers(seed, places, spec.inputSize)
        : probeValues(seed, places * spec.inputSize, 4),
    targets:
      spec.loss === 'softmax'
        ? probeIntegers(seed + 1, targets, spec.outputSize)
        : probeTargets(spec, seed + 1, targets * spec.outputSize),
    draws: { seed, step: 3, exampleIds: lengths.map((_, row) => row + 1) },
  };
}

/** Values within 1, or 0 and 1. */
function probeTargets({ loss }: ModelSpec, seed: number, count: number): Float32Array {
  return loss === 'binary' ? Float32Array.from(probeIntegers(seed, count, 2)) : probeValues(seed, count, 2);
}

function failure(backend: string, { spec }: GradientCase, tensor: string, error: number): NumericalError {
  return new NumericalError(
    'BACKEND_SELF_CHECK',
    `Backend ${backend} computes wrong gradients: ${tensor} of a small ${spec.cell} is off by ${error.toExponential(1)} ` +
      `(relative, at most ${tolerance} is allowed). Choose another --backend; on NVIDIA cards set NVIDIA_TF32_OVERRIDE=0.`,
  );
}

/** Computes |actual - expected| / |expected| in L2; infinite where lengths differ. */
export function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Infinity;
  let difference = 0;
  let size = 0;
  for (let i = 0; i < expected.length; i++) {
    difference += (actual[i]! - expected[i]!) ** 2;
    size += expected[i]! ** 2;
  }
  return Math.sqrt(difference / size);
}
