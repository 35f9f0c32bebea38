import { describe, expect, it } from 'vitest';
import { formatEstimate } from '../../../src/cli/output/format-estimate.js';
import type { RunEstimate } from '../../../src/estimate/estimate-run.js';

const known: RunEstimate = {
  parameters: 67_713,
  backend: 'native',
  shards: 8,
  globalBatch: 64,
  examples: { train: 20_000, test: 2000 },
  stepsPerEpoch: 313,
  totalSteps: 626,
  evaluations: 2,
  bytesPerStep: [
    { shards: 3, nodes: 2, up: 541_000, down: 271_000 },
    { shards: 5, nodes: 2, up: 542_000, down: 272_000 },
  ],
  dataBytes: 8 << 20,
  memory: { coordinatorBytes: 118 << 20, workerBytes: 205 << 20 },
  notCounted: [],
};

describe('formatEstimate', () => {
  it('says each figure and how it was come by, for the busiest worker', () => {
    const text = formatEstimate(known);
    expect(text).toContain('bytes a step    265.6 KiB down, 529.3 KiB up');
    expect(text).toMatch(/busiest of 2 workers, with 5 shards/);
    expect(text).toContain('313 an epoch, 626 in all, 2 evaluations');
    expect(text).toMatch(/time {12}unknown\n +\(nothing was measured/);
  });

  it('says how long the run will take once steps were timed, and what the processes took', () => {
    const measured = { kernelId: 'native/1', workers: 2, startMs: 1200, stepMs: 37, steps: 3, evaluationMs: 190 };
    const memory = { coordinatorBytes: 120 << 20, workerBytes: 200 << 20 };
    const text = formatEstimate({ ...known, measured: { ...measured, ...memory }, seconds: 25 });
    expect(text).toMatch(/time a step {5}37\.00 ms, 190\.0 ms an evaluation\n.*median of 3 steps with 2 workers/);
    expect(text).toMatch(/whole run {7}25 s\n/);
    expect(text).toMatch(/coordinator 120\.0 MiB, each worker 200\.0 MiB\n.*trial of 5 steps/);
  });

  it('says what is left out', () => {
    expect(formatEstimate(known)).not.toContain('not counted');
    expect(formatEstimate({ ...known, notCounted: ['in the bytes: a'] })).toMatch(
      /\nnot counted {5}in the bytes: a\n$/,
    );
  });

  it('owns up to a trial that ended too early', () => {
    const measured = { kernelId: '', workers: 1, startMs: 9, stepMs: undefined, steps: 0, evaluationMs: undefined };
    const text = formatEstimate({
      ...known,
      measured: { ...measured, coordinatorBytes: undefined, workerBytes: undefined },
    });
    expect(text).toMatch(/time {12}unknown\n +\(the trial ended before a step was timed/);
  });
});
