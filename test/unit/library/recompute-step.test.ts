// A saved step computed again: the gradients' bits, the norms and the losses that its shards had, from what the file alone holds.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  encodeSavedStep,
  readSavedStep,
  writeSavedStep,
  type SavedRun,
  type SavedStep,
} from '../../../src/checkpoint/saved-step.js';
import type { ShardBatch } from '../../../src/data/shard-batch.js';
import { recomputeShards } from '../../../src/library/recompute-step.js';
import { probeTotals } from '../../../src/model/example-inputs.js';
import { createNetwork, type Network } from '../../../src/model/network.js';
import { probeIntegers, probeValues } from '../../../src/model/probe-values.js';
import type { Tfjs } from '../../../src/model/tfjs.js';
import { createNativeNetwork } from '../../../src/native/native-network.js';
import { loadWasmAddon, wasmKernels } from '../../../src/native/wasm-addon.js';
import { layoutOfModel } from '../../../src/params/layout-of-model.js';
import { carriedSize, type ModelSpec } from '../../../src/params/model-spec.js';
import { createVectorArena } from '../../../src/tensor/vector-arena.js';
import { loadWasm } from '../model/load-wasm.js';

const base: ModelSpec = {
  cell: 'lstm',
  layers: 2,
  inputs: 'ids',
  inputSize: 5,
  hiddenSize: 4,
  outputSize: 5,
  loss: 'softmax',
  targetsPer: 'step',
};
const rows = 2;
const steps = 3;
const seed = 9;
const step = 12;

let folder: string;
let tf: Tfjs;
beforeAll(async () => {
  tf = await loadWasm();
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bridle-recompute-'));
});
afterEach(() => rm(folder, { recursive: true }));

function batchesOf(spec: ModelSpec, isCarried: boolean): ShardBatch[] {
  return [0, 1, 2].map((shard): ShardBatch => ({
    rows,
    steps,
    lengths: Int32Array.of(steps, shard === 2 ? 0 : steps - 1),
    inputs: probeIntegers(10 + shard, rows * steps, 5),
    targets: probeIntegers(20 + shard, rows * steps, 5),
    ...(isCarried && { carried: probeValues(30 + shard, carriedSize(spec, rows), 1) }),
    draws: { seed, step: step - 1, exampleIds: shard === 2 ? [50] : [10 * shard, 10 * shard + 1] },
  }));
}

/** The step as a run would save it, and the gradients that its shards had, computed side by side. */
function computed(network: Network, spec: ModelSpec, isCarried: boolean): { saved: SavedStep; grads: Float32Array[] } {
  const batches = batchesOf(spec, isCarried);
  const params = probeValues(1, layoutOfModel(spec).size, 0.5);
  const totals = probeTotals(spec, steps, 3);
  const grads = batches.map(() => new Float32Array(params.length));
  network.setParams(params);
  network.batchNorm?.setTotals(totals);
  network.gradients(batches, grads);
  const run: SavedRun = {
    spec: {
      model: spec,
      data: {
        name: 'text',
        inputs: { kind: 'ids', vocabulary: 5 },
        targets: { kind: 'class', classes: 5, per: 'step' },
        maxLength: steps,
      },
      ...{ parameters: params.length, shards: 3, rows, seed, wire: 'f32' },
    },
    kernelId: 'wasm/1',
    penalty: { l1: 0, l2: 0 },
    totals,
    reports: [],
  };
  const shards = batches.map(({ draws, ...batch }, shard) => ({
    shard,
    exampleIds: Array.from(draws?.exampleIds ?? []),
    batch,
  }));
  return { saved: { runId: 'a', step, reason: 'spike', gradNorm: 1, model: spec, params, shards, run }, grads };
}

async function recomputed(network: Network, saved: SavedStep): Promise<Float32Array[]> {
  const read = await readSavedStep(await writeSavedStep(folder, step, encodeSavedStep(saved)));
  const { gradients } = recomputeShards(network, read, read.run!, createVectorArena({ maxPages: 0 }));
  return [...gradients.values()];
}

const onKernels = async (spec: ModelSpec): Promise<Network> =>
  createNativeNetwork(await loadWasmAddon(), wasmKernels, spec, 1);
const onTfjs = async (spec: ModelSpec): Promise<Network> => createNetwork(tf, spec, { stackSizes: [1] });

describe('a saved step has the same gradients, bit for bit', () => {
  it.each<[string, Partial<ModelSpec>, boolean, typeof onKernels]>([
    ['dropout, a carried state', { dropout: 0.4 }, true, onKernels],
    ['zoneout, dropout', { norm: 'layer', zoneout: 0.3, variationalDropout: 0.2 }, false, onTfjs],
    ['batch normalisation by its totals', { norm: 'batch', recurrentDropout: 0.3 }, false, onTfjs],
    ['batch normalisation of each time step', { norm: 'batch-step', normSteps: steps }, false, onTfjs],
  ])('of a model with %s', async (_name, parts, isCarried, create) => {
    const spec = { ...base, ...parts };
    const network = await create(spec);
    const { saved, grads } = computed(network, spec, isCarried);
    expect(grads.every((grad) => grad.some((value) => value !== 0))).toBe(true);
    expect(await recomputed(network, saved)).toEqual(grads);
    network.dispose();
  });

  it('and others without what it holds: the seed, the state, the totals', async () => {
    const drawn = { ...base, dropout: 0.4 };
    const kernels = await onKernels(drawn);
    const { saved, grads } = computed(kernels, drawn, true);
    const otherSeed = { ...saved, run: { ...saved.run!, spec: { ...saved.run!.spec, seed: 8 } } };
    expect(await recomputed(kernels, otherSeed)).not.toEqual(grads);
    const [first, ...rest] = saved.shards;
    const { carried: _, ...batch } = first!.batch;
    expect(await recomputed(kernels, { ...saved, shards: [{ ...first!, batch }, ...rest] })).not.toEqual(grads);
    kernels.dispose();
    const normalised = { ...base, norm: 'batch' } as const;
    const network = await onTfjs(normalised);
    const before = computed(network, normalised, false);
    const { run } = before.saved;
    const otherTotals = { ...run!, totals: run!.totals.map((total) => total.map((value) => 2 * value)) };
    expect(await recomputed(network, { ...before.saved, run: otherTotals })).not.toEqual(before.grads);
    network.dispose();
  });
});
