// A process that writes a run's files and can be killed at any system call; started by the checkpoint tests.
import { writeSync } from 'node:fs';
import { join } from 'node:path';
import { markBest, newestCheckpoint, pruneCheckpoints, writeCheckpoint } from '../../src/checkpoint/checkpoint.js';
import { openCommitLog, readCommitLog } from '../../src/checkpoint/commit-log.js';
import { digestState } from '../../src/checkpoint/digest.js';
import { lockRunFolder, nextGeneration } from '../../src/checkpoint/run-folder.js';
import type { TrainingSnapshot } from '../../src/checkpoint/snapshot.js';
import { layTensors } from '../../src/tensor/layout.js';

/** One line a message; written at once, so that a kill right after cannot lose it. */
const say = (message: unknown) => writeSync(1, `${JSON.stringify(message)}\n`);

const codeOf = (error: unknown) => (error instanceof Error && 'code' in error ? error.code : String(error));

export function makeSnapshot(step: number, size: number): TrainingSnapshot {
  const layout = layTensors([{ name: 'head.weight', shape: [size], group: 'output' }]);
  const params = new Float32Array(size).fill(step / 3);
  const optimizer = { moments: { exp_avg: new Float32Array(size).fill(step / 7) }, scalars: { step }, histories: {} };
  return {
    runId: 'run-1',
    step,
    digest: digestState(params, optimizer),
    digestAlgorithm: 'blocks',
    layout,
    params,
    optimizer,
    kernelId: 'none',
    metrics: {},
    shardsByWorker: {},
    model: {},
    data: {},
  };
}

export function makeRecord(step: number) {
  const digest = 'ab'.repeat(32);
  const norms = { gradNorm: 2, clippedNorm: 1, clipCoefficient: 0.5, learningRate: 0.001 };
  return { step, epoch: 0, generation: 1, digest, loss: 1 / step, count: 64, ...norms, skipped: false, seed: 42 };
}

/** Saves step 200, marks it, prunes what was before, and saves it once more: every change a run makes to its checkpoints. */
async function saveTwice(runDir: string): Promise<void> {
  await nextGeneration(runDir);
  await writeCheckpoint(runDir, makeSnapshot(200, 1000));
  say('saved');
  await markBest(runDir, 200);
  await pruneCheckpoints(runDir, 1);
  await writeCheckpoint(runDir, makeSnapshot(200, 1000));
}

/** Commits steps until `last`, saying which are on disk. */
async function commit(path: string, first: number, last: number): Promise<void> {
  const log = openCommitLog(path, {
    onSynced: (step) => say({ synced: step }),
    onError: (error) => say({ failed: codeOf(error) }),
    maxSteps: 4,
  });
  for (let step = first; step <= last; step++) {
    await log.waitForRoom();
    log.append(makeRecord(step));
  }
  await log.close();
}

/** Saves checkpoints and commits steps until the disk is full; then says what can still be read from it. */
async function fillDisk(runDir: string): Promise<void> {
  let saved = 0;
  try {
    for (let step = 1; ; step++) saved = (await writeCheckpoint(runDir, makeSnapshot(step, 40_000))) && step;
  } catch (error) {
    say({ saved, code: codeOf(error), message: error instanceof Error ? error.message : '' });
  }
  await commit(join(runDir, 'commits.jsonl'), 1, 1_000_000).catch((error: unknown) => say({ refused: codeOf(error) }));
  const { snapshot, damaged } = await newestCheckpoint(runDir);
  const { records } = await readCommitLog(join(runDir, 'commits.jsonl'));
  say({ newest: snapshot.step, damaged: damaged.length, lastRecord: records.at(-1)?.step });
  await pruneCheckpoints(runDir, 1);
  const lock = await lockRunFolder(runDir);
  await writeCheckpoint(runDir, makeSnapshot(saved + 1, 40_000));
  await lock.release();
  say({ afterRoomWasMade: (await newestCheckpoint(runDir)).snapshot.step });
}

const [task, path = ''] = process.argv.slice(2);
try {
  if (task === 'save-twice') await saveTwice(path);
  if (task === 'commit') await commit(path, 1, 12);
  if (task === 'fill-disk') await fillDisk(path);
  if (task !== undefined) say('done');
} catch (error) {
  say({ error: codeOf(error), message: error instanceof Error ? error.message : '' });
}
