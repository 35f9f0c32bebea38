// Whole committed steps of bridle: coordinator in this process, two workers of one thread, sockets, log and digests.
import { mkdtemp, mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import type { BackendName } from '../backend/backend.js';
import { parseCommandLine } from '../config/parse-command-line.js';
import { resolveTraining } from '../config/resolve-training.js';
import { planRun } from '../coordinator/run-plan.js';
import { buildDataset } from '../data/build-dataset.js';
import type { Dataset } from '../data/dataset.js';
import { runTraining } from '../launch/run-training.js';
import { probeValues } from '../model/probe-values.js';
import { requireBuiltIn } from '../params/own-model-spec.js';
import { initialParams } from '../params/initial-params.js';
import type { StepParts } from './step-result.js';
import type { StepShape } from './step-shape.js';
import { childProcesses, readThreadTimes, type ThreadTimes } from './thread-times.js';

export interface StepCounts {
  /** Steps before the measured ones. */
  readonly warmup: number;
  readonly steps: number;
}

export interface BridleTime {
  readonly stepMs: number;
  readonly parts: StepParts | null;
}

export const numWorkers = 2;

/** Runs `warmup + steps` steps and times the last of them. Throws what ended the run; an abort ends it early. */
export async function timeBridle(
  shape: StepShape,
  backend: BackendName,
  { warmup, steps }: StepCounts,
  signal: AbortSignal,
): Promise<BridleTime> {
  const training = trainingOf(shape, backend, warmup + steps);
  const plan = planRun(randomSequences(shape), training);
  const model = requireBuiltIn(plan.model, 'bridle bench step');
  const runDir = await mkdtemp(join(tmpdir(), 'bridle-bench-'));
  const marks: Mark[] = [];
  try {
    await mkdir(join(runDir, 'logs'));
    await runTraining(training, {
      location: { runDir, resume: false },
      prepared: { plan, firstParams: () => initialParams(model, training.initializer, training.seed) },
      payload: 'auto',
      insecure: false,
      threads: 1,
      maxRestarts: 0,
      workers: numWorkers,
      logEvery: 0,
      configYaml: '',
      command: [],
      listen: { unixPath: join(runDir, 'socket') },
      signal,
      onEvent: (event) => {
        if (event.event !== 'committed' || event.step < warmup) return;
        if (marks.length === 0 || event.step === warmup + steps) marks.push(mark(event.step));
      },
      log: pino({ level: 'silent' }),
    });
  } finally {
    await rm(runDir, { recursive: true, force: true });
  }
  signal.throwIfAborted();
  return between(marks);
}

interface Mark {
  readonly step: number;
  readonly at: number;
  readonly own: ThreadTimes | undefined;
  readonly workers: readonly (ThreadTimes | undefined)[];
}

function mark(step: number): Mark {
  const workers = childProcesses(process.pid).map(readThreadTimes);
  return { step, at: performance.now(), own: readThreadTimes(process.pid), workers };
}

/** Commits are announced in bunches, as the disk confirms them: only their distance over many steps is a step's time. */
function between([first, last]: readonly Mark[]): BridleTime {
  if (!first || !last || last.step === first.step) throw new Error('Too few steps were committed to be timed.');
  const count = last.step - first.step;
  const stepMs = (last.at - first.at) / count;
  const isWhole = first.workers.length === numWorkers && last.workers.length === numWorkers;
  if (!first.own || !last.own || !isWhole || [...first.workers, ...last.workers].includes(undefined))
    return { stepMs, parts: null };
  const mean = (read: (times: ThreadTimes) => number): number => {
    const spent = last.workers.map((end, i) => read(end as ThreadTimes) - read(first.workers[i] as ThreadTimes));
    return spent.reduce((sum, ms) => sum + ms, 0) / spent.length / count;
  };
  const computeMs = mean(({ others }) => others);
  const coordinatorMs = (last.own.main - first.own.main) / count;
  const workerMs = mean(({ main }) => main);
  const waitingMs = Math.max(0, stepMs - computeMs - workerMs - coordinatorMs);
  return { stepMs, parts: { computeMs, workerMs, coordinatorMs, waitingMs } };
}

/** As `bridle train` would read it; the data set is handed over. */
function trainingOf({ globalBatch, hiddenSize, layers }: StepShape, backend: BackendName, steps: number) {
  const model = ['--cell', 'lstm', '--layers', layers, '--hidden-size', hiddenSize, '--initializer', 'pytorch'];
  const step = [
    '--global-batch',
    globalBatch,
    '--shards',
    8,
    '--steps',
    steps,
    '--clip',
    'global-norm',
    '--max-norm',
    1,
  ];
  const rest = ['--optimizer', 'adam', '--evaluate-every', 0, '--save-every', 0, '--min-workers', numWorkers];
  const flags = ['--data', 'adding', ...model, ...step, ...rest, '--backend', backend];
  return resolveTraining(parseCommandLine(['train', ...flags.map(String)], {}).values);
}

function randomSequences({ length, globalBatch, inputSize }: StepShape): Dataset {
  const split = (seed: number, count: number) => ({
    lengths: new Int32Array(count).fill(length),
    inputs: probeValues(seed, count * length * inputSize, 2),
    targets: probeValues(seed + 1, count, 2),
  });
  const inputs = { kind: 'dense', dtype: 'f32', features: inputSize, scale: 1 } as const;
  const targets = { kind: 'value', size: 1, per: 'sequence' } as const;
  const spec = { name: 'random', inputs, targets, maxLength: length };
  return buildDataset(spec, split(1, 4 * globalBatch), split(3, 8));
}
