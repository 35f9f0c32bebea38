// The same step in PyTorch: DistributedDataParallel over gloo, two processes of one thread, in bench/ddp.py.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { numWorkers, type StepCounts } from './time-bridle.js';
import type { StepShape } from './step-shape.js';

const execute = promisify(execFile);
/** The interpreter that has PyTorch. */
export const python = fileURLToPath(new URL('../../.bridle/torch/bin/python', import.meta.url));
const script = fileURLToPath(new URL('../../bench/ddp.py', import.meta.url));
const deadlineMs = 600_000;

/** How PyTorch gets there; the command of the note that it is left out. */
export const torchRemedy = 'node scripts/install-torch.mjs';

/** The version of the PyTorch that the set-up installed; null: none, or BRIDLE_TORCH=0 leaves it out. */
export async function findTorch(): Promise<string | null> {
  if (process.env['BRIDLE_TORCH'] === '0' || !existsSync(python)) return null;
  const { stdout } = await execute(python, ['-c', 'from importlib.metadata import version; print(version("torch"))'], {
    timeout: deadlineMs,
  });
  return stdout.trim();
}

/** Milliseconds of a step. Throws what Python printed. */
export async function timeTorch(
  { length, globalBatch, inputSize, hiddenSize, layers }: StepShape,
  { warmup, steps }: StepCounts,
  signal: AbortSignal,
): Promise<number> {
  const args = [length, globalBatch, inputSize, hiddenSize, layers, warmup, steps, numWorkers].map(String);
  const { stdout } = await execute(python, [script, ...args], { timeout: deadlineMs, signal });
  return Number(stdout);
}
