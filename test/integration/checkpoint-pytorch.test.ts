// A checkpoint loads in PyTorch as docs/checkpoints.md says: load_state_dict takes model.safetensors as it is, every bit.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { writeCheckpoint } from '../../src/checkpoint/checkpoint.js';
import { digestState } from '../../src/checkpoint/digest.js';
import { layTensors, viewTensor } from '../../src/tensor/layout.js';

const python = join('.bridle', 'torch', 'bin', 'python');

function hasTorch(): boolean {
  if (spawnSync(python, ['-c', 'import torch, safetensors.torch']).status === 0) return true;
  console.warn(`SKIPPED: ${python} has no torch and safetensors. Loading checkpoints in PyTorch is untested.`);
  return false;
}

const [inputSize, hiddenSize, outputSize, layers] = [3, 5, 4, 2];
const layout = layTensors([
  ...Array.from({ length: layers }, (_, layer) => layer).flatMap((layer) => [
    {
      name: `rnn.weight_ih_l${layer}`,
      shape: [4 * hiddenSize, layer === 0 ? inputSize : hiddenSize],
      group: 'input' as const,
    },
    { name: `rnn.weight_hh_l${layer}`, shape: [4 * hiddenSize, hiddenSize], group: 'recurrent' as const },
    { name: `rnn.bias_ih_l${layer}`, shape: [4 * hiddenSize], group: 'bias' as const },
    { name: `rnn.bias_hh_l${layer}`, shape: [4 * hiddenSize], group: 'bias' as const },
  ]),
  { name: 'head.weight', shape: [outputSize, hiddenSize], group: 'output' },
  { name: 'head.bias', shape: [outputSize], group: 'output' },
]);

it.skipIf(!hasTorch())('gives PyTorch the weights and moments bit for bit', async () => {
  const runDir = await mkdtemp(join(tmpdir(), 'bridle-pytorch-'));
  try {
    const fill = (factor: number) =>
      Float32Array.from({ length: layout.size }, (_, i) => Math.fround((i % 17) * factor));
    const params = fill(0.013);
    const optimizer = {
      moments: { exp_avg: fill(-1e-3), exp_avg_sq: fill(1e-5) },
      scalars: { step: 7 },
      histories: {},
    };
    const { path } = await writeCheckpoint(runDir, {
      runId: 'run-1',
      step: 7,
      digest: digestState(params, optimizer),
      digestAlgorithm: 'blocks',
      layout,
      params,
      optimizer,
      kernelId: 'none',
      metrics: {},
      shardsByWorker: {},
      model: { cell: 'lstm', layers, inputSize, hiddenSize, outputSize },
      data: {},
    });
    const output = execFileSync(python, ['test/fixtures/checkpoint/load_in_pytorch.py', path], { encoding: 'utf8' });
    const expected = (vector: Float32Array) =>
      Object.fromEntries(layout.tensors.map((tensor) => [tensor.name, [...viewTensor(vector, tensor)]]));
    expect(JSON.parse(output)).toEqual({
      params: expected(params),
      exp_avg: expected(optimizer.moments.exp_avg),
      outputShape: [2, 3, outputSize],
      steps: true,
    });
  } finally {
    await rm(runDir, { recursive: true, force: true });
  }
});
