// Whole committed steps of bridle (coordinator, sockets, log, digests, two workers of one thread) beside PyTorch's
// DistributedDataParallel over gloo (two processes of one thread) on the same shapes, in turns on this machine:
// node bench/ddp.mjs [native|tensorflow|wasm] [ROUNDS] [--json]. Needs dist/, and PyTorch in .bridle/torch (BRIDLE_TORCH=1 npm test).
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pino from 'pino';
import { planRun } from '../dist/coordinator/run-plan.js';
import { buildDataset } from '../dist/data/build-dataset.js';
import { runTraining } from '../dist/launch/run-training.js';
import { probeValues } from '../dist/model/probe-values.js';
import { initialParams } from '../dist/params/initial-params.js';

const [backend = 'native', roundsText = '3'] = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const rounds = Number(roundsText);
const workers = 2;
const python = fileURLToPath(new URL('../.bridle/torch/bin/python', import.meta.url));
const hasTorch = existsSync(python);
if (!hasTorch)
  console.error('left out: PyTorch, which is not in .bridle/torch. To install it: BRIDLE_TORCH=1 npm test');

/** Sequence length, global batch, features, units, layers, and how many steps a run takes. */
const shapes = [
  [50, 64, 64, 128, 1, 60],
  [100, 64, 64, 256, 1, 24],
  [200, 64, 2, 128, 1, 30],
  [28, 128, 28, 128, 1, 80],
  [50, 64, 64, 512, 1, 16],
  [100, 32, 128, 256, 2, 24],
];

if (!process.argv.includes('--json'))
  console.log('T, global batch, input, hidden, layers | bridle ms | PyTorch ms | ratio');
const rows = [];
for (const shape of shapes) {
  const times = { bridle: [], torch: [] };
  for (let round = 0; round < rounds; round++) {
    if (hasTorch) times.torch.push(timeTorch(shape));
    times.bridle.push(await timeBridle(shape));
  }
  const [bridleMs, torchMs] = [median(times.bridle), hasTorch ? median(times.torch) : undefined];
  rows.push({ shape: shape.slice(0, 5), backend, bridleMs, torchMs, bridlePerTorch: bridleMs / torchMs });
  if (process.argv.includes('--json')) continue;
  const cells = [
    shape.slice(0, 5).join(', '),
    bridleMs.toFixed(1),
    torchMs?.toFixed(1),
    (bridleMs / torchMs).toFixed(2),
  ];
  console.log(cells.join(' | '));
}
if (process.argv.includes('--json')) console.log(JSON.stringify({ machine: machine(), rows }));

function timeTorch(shape) {
  const script = fileURLToPath(new URL('ddp.py', import.meta.url));
  const result = spawnSync(python, [script, ...shape.map(String), String(workers)], { encoding: 'utf8' });
  if (result.status !== 0) throw new Error(result.stderr);
  return median(JSON.parse(result.stdout).slice(5));
}

/** From the first commit after the start to the last one, by step: commits come in bunches. */
async function timeBridle([maxLength, globalBatch, features, hiddenSize, layers, steps]) {
  const training = {
    data: { name: 'adding' }, // unused: the data set is handed over
    ...{ cell: 'lstm', layers, hiddenSize, globalBatch, shards: 8, dropLast: false, steps, seed: 1 },
    initializer: { input: 'pytorch', recurrent: 'pytorch', output: 'pytorch', forgetBias: 1 },
    optimizer: {
      name: 'adam',
      momentum: 0,
      nesterov: false,
      alpha: 0.99,
      amsgrad: false,
      beta1: 0.9,
      beta2: 0.999,
      epsilon: 1e-8,
      weightDecay: 0,
    },
    schedule: {
      name: 'constant',
      learningRate: 1e-3,
      warmupSteps: 0,
      totalSteps: steps,
      minLearningRate: 0,
      decaySteps: 1,
      decayFactor: 1,
      patience: 0,
    },
    clip: [{ name: 'global-norm', maxNorm: 1, order: 2 }],
    ...{
      l1: 0,
      l2: 0,
      saveSpikes: false,
      onNonFinite: 'stop',
      evaluateEvery: 0,
      saveEvery: 0,
      keep: 1,
      backend,
      execution: 'auto',
    },
    ...{ allowMixedKernels: false, minWorkers: workers },
  };
  const plan = planRun(randomSequences(4 * globalBatch, maxLength, features), training);
  const runDir = mkdtempSync(join(tmpdir(), 'bridle-bench-'));
  mkdirSync(join(runDir, 'logs'));
  const commits = [];
  try {
    await runTraining(training, {
      location: { runDir, resume: false },
      prepared: { plan, firstParams: () => initialParams(plan.model, training.initializer, training.seed) },
      ...{
        payload: 'auto',
        insecure: false,
        threads: 1,
        maxRestarts: 0,
        workers,
        logEvery: 0,
        configYaml: '',
        command: [],
      },
      listen: { unixPath: join(runDir, 'socket') },
      signal: new AbortController().signal,
      onEvent: (event) => {
        if (event.event === 'committed') commits.push({ step: event.step, at: performance.now() });
      },
      log: pino({ level: 'silent' }),
    });
  } finally {
    rmSync(runDir, { recursive: true, force: true });
  }
  const first = commits.find(({ step }) => step >= 5);
  const last = commits.at(-1);
  return (last.at - first.at) / (last.step - first.step);
}

function randomSequences(count, length, features) {
  const split = (seed, size) => ({
    lengths: new Int32Array(size).fill(length),
    inputs: probeValues(seed, size * length * features, 2),
    targets: probeValues(seed + 1, size, 2),
  });
  const inputs = { kind: 'dense', dtype: 'f32', features, scale: 1 };
  const targets = { kind: 'value', size: 1, per: 'sequence' };
  return buildDataset({ name: 'random', inputs, targets, maxLength: length }, split(1, count), split(3, 8));
}

function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

function machine() {
  return { node: process.version, platform: process.platform, arch: process.arch };
}
