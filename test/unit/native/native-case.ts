// What the tests of the kernels share: the addon of Node and the WebAssembly module, random models and batches, the bits of a run.
import { existsSync } from 'node:fs';
import { loadNativeAddon, nativeAddonPath } from '../../../src/backend/native-addon.js';
import type { NativeAddon } from '../../../src/native/addon.js';
import { createNativeNetwork } from '../../../src/native/native-network.js';
import { loadWasmAddon, wasmKernels } from '../../../src/native/wasm-addon.js';
import type { ShardBatch } from '../../../src/data/shard-batch.js';
import type { ShardResult } from '../../../src/model/network.js';
import { probeIntegers, probeValues } from '../../../src/model/probe-values.js';
import { probeBatch } from '../../../src/model/self-check.js';
import { layoutOfModel } from '../../../src/params/layout-of-model.js';
import type { ModelSpec } from '../../../src/params/model-spec.js';
import { emulatedAddon } from './emulated-addon.js';

/** scripts/sanitize-native.mjs puts another build of the same sources here. */
const path = process.env['BRIDLE_TEST_ADDON'] ?? nativeAddonPath;
if (!existsSync(path)) throw new Error('The native kernels are not compiled: node scripts/setup.mjs');
/** scripts/emulate-arm64.mjs says how to run them on another processor. */
const emulated = process.env['BRIDLE_TEST_EMULATED'];
export const addon = emulated === undefined ? loadNativeAddon([path]) : emulatedAddon(emulated.split(' '));
export const wasm = await loadWasmAddon();

export function addonOf(kernels: string): NativeAddon {
  return kernels === wasmKernels ? wasm : addon;
}

export interface NativeCase {
  readonly spec: ModelSpec;
  readonly params: Float32Array;
  readonly shards: readonly ShardBatch[];
}

/** A model and shards whose every size is drawn from 1 to `most`; some rows are short, some are padding. */
export function drawCase(seed: number, most: number): NativeCase {
  const [a, b, c, d, e, f, g, h, i] = probeIntegers(seed, 9, 1 << 16) as unknown as number[] & { length: 9 };
  const size = (draw = 0): number => 1 + (draw % most);
  const spec: ModelSpec = {
    cell: a! % 3 === 0 ? 'rnn' : 'lstm',
    layers: 1 + (b! % 3),
    inputs: c! % 3 === 0 ? 'ids' : 'dense',
    inputSize: size(d),
    hiddenSize: size(e),
    outputSize: size(f),
    loss: g! % 2 === 0 ? 'softmax' : 'squared-error',
    targetsPer: h! % 2 === 0 ? 'step' : 'sequence',
  };
  return fillCase(spec, seed, { most, steps: Math.min(12, size(i)), rows: size(a! + i!), numShards: 1 + (b! % 4) });
}

/** The same for all that a model can be: three cells, both directions, embeddings, dropout, every loss. */
export function drawAnyCase(seed: number, most: number): NativeCase {
  const draws = probeIntegers(seed, 14, 1 << 16);
  const size = (index: number): number => 1 + (draws[index]! % most);
  const pick = <Value>(index: number, ...values: readonly Value[]): Value => values[draws[index]! % values.length]!;
  const inputs = pick(2, 'ids', 'dense', 'ids');
  const spec: ModelSpec = {
    cell: pick(0, 'gru', 'lstm', 'gru', 'rnn'),
    layers: 1 + (draws[1]! % 3),
    inputs,
    inputSize: size(3),
    hiddenSize: size(4),
    outputSize: 1 + size(5), // of one class nothing can be learned
    loss: pick(6, 'softmax', 'binary', 'squared-error'),
    targetsPer: pick(7, 'step', 'sequence'),
    bidirectional: pick(8, true, false),
    dropout: pick(9, 0, 0.3, 0.8),
    ...(inputs === 'ids' && draws[10]! % 2 === 0 ? { embeddingSize: size(11) } : {}),
  };
  return fillCase(spec, seed, { most, steps: Math.min(12, size(12)), rows: size(13), numShards: 1 + (draws[1]! % 4) });
}

function fillCase(
  spec: ModelSpec,
  seed: number,
  { most, steps, rows, numShards }: { most: number; steps: number; rows: number; numShards: number },
): NativeCase {
  // A larger recurrent matrix of the same values makes a plain RNN chaotic: no float32 could follow it.
  const scale = Math.sqrt(Math.min(1, 40 / most));
  const shards = Array.from({ length: numShards }, (_, shard) => {
    const lengths = probeIntegers(seed + shard, rows, steps + 1);
    lengths[shard % rows] = steps; // a shard has a target
    return probeBatch({ spec, steps, lengths: [...lengths] }, 100 * seed + shard);
  });
  return { spec, params: probeValues(seed, layoutOfModel(spec).size, scale), shards };
}

export interface Run {
  readonly results: ShardResult[];
  readonly grads: Float32Array[];
}

/** Runs a case on `kernels`; the gradients' vectors hold rubbish before. */
export function runCase({ spec, params, shards }: NativeCase, kernels: string, threads = 1): Run {
  const network = createNativeNetwork(addonOf(kernels), kernels, spec, threads);
  network.setParams(params);
  const grads = shards.map(() => new Float32Array(params.length).fill(NaN));
  const results = network.gradients(shards, grads);
  network.dispose();
  return { results, grads };
}

/** All bits of a run, to compare. */
export function bitsOf({ results, grads }: Run): string {
  return JSON.stringify([results, grads.map((grad) => [...new Uint32Array(grad.buffer)])]);
}
