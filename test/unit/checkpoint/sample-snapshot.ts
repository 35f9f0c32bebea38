// A snapshot of a few tensors, with values that no rounding leaves alone, for the tests of checkpoints.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { digestState } from '../../../src/checkpoint/digest.js';
import type { TrainingSnapshot } from '../../../src/checkpoint/snapshot.js';
import { layTensors } from '../../../src/tensor/layout.js';

const layout = layTensors([
  { name: 'rnn.weight_ih_l0', shape: [8, 3], group: 'input' },
  { name: 'rnn.bias_ih_l0', shape: [8], group: 'bias' },
  { name: 'head.weight', shape: [4, 2], group: 'output' },
]);

export function sampleSnapshot(step: number): TrainingSnapshot {
  const fill = (factor: number) => Float32Array.from({ length: layout.size }, (_, i) => ((i + 1) * factor) / step);
  const params = fill(0.1);
  params[0] = -0;
  params[1] = 1e-42; // subnormal
  const optimizer = {
    moments: { exp_avg_sq: fill(0.003), exp_avg: fill(-0.07) },
    scalars: { step, beta1_product: 0.9 / step, beta2_product: 1 - 2 ** -53 },
    histories: { 'clip.0.norms': [0.1, 1e300, step] },
  };
  return {
    runId: 'run-1',
    step,
    digest: digestState(params, optimizer),
    digestAlgorithm: 'blocks',
    layout,
    params,
    optimizer,
    kernelId: 'wasm/1',
    metrics: { bestLoss: 0.1 + 0.2, bestStep: step },
    shardsByWorker: { 'worker-0': 12, 'worker-1': 2 ** 40 },
    model: { cell: 'lstm', layers: 1, hiddenSize: 2 },
    data: { name: 'adding' },
  };
}

/** Makes a folder that goes when the test ends. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'bridle-checkpoint-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
