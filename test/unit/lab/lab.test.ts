// The pure parts of the laboratory: what is tried, what became of it, what the report says.
import { mkdtempSync, rmSync, writeFileSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readCommandLine, settleCommandLine } from '../../../src/config/parse-command-line.js';
import { commandOf } from '../../../src/lab/experiment.js';
import { formatLabPage, successAgainstLength } from '../../../src/lab/format-lab-page.js';
import { judgeTrial } from '../../../src/lab/judge.js';
import { presets } from '../../../src/lab/presets.js';
import { readResult, writeResult } from '../../../src/lab/results-folder.js';
import type { TrialOutcome } from '../../../src/lab/run-experiment.js';
import { settleTrial } from '../../../src/lab/run-trial.js';
import { planSweep } from '../../../src/lab/sweep.js';
import { TrialRecord } from '../../../src/lab/trial-result.js';
import type { CommittedEvent, RunEvent } from '../../../src/metrics/events.js';

const settle = (flags: readonly string[]) => settleCommandLine(readCommandLine(['train', ...flags], {}));

function committed(step: number, loss: number, gradNorm: number): CommittedEvent {
  const norms = { gradNorm, clippedNorm: Math.min(1, gradNorm), clipCoefficient: Math.min(1, 1 / gradNorm) };
  const rest = { epoch: 0, learningRate: 0.1, digest: 'd', sequencesPerSecond: 1, replayed: false, skipped: false };
  return { event: 'committed', step, loss, ...norms, ...rest };
}

function resultOf(flags: readonly string[], losses: readonly number[], events: readonly RunEvent[] = []) {
  const record = new TrialRecord();
  losses.forEach((loss, i) => record.onEvent(committed(i + 1, loss, i === 3 ? 1e6 : 0.5)));
  for (const event of events) record.onEvent(event);
  return record.result(flags, 1.5);
}

describe('a sweep', () => {
  it('is every combination, the first slowest, each a command of its own', () => {
    const { trials } = planSweep(['--data', 'adding'], ['cell=rnn,lstm', '--data-length=20,40']);
    expect(trials.map(({ name }) => name)).toEqual([
      'cell=rnn data-length=20',
      'cell=rnn data-length=40',
      'cell=lstm data-length=20',
      'cell=lstm data-length=40',
    ]);
    expect(commandOf(trials[1]!)).toBe('bridle train --data adding --cell=rnn --data-length=40');
    expect(settle(trials[1]!.flags).values).toMatchObject({ data: 'adding', cell: 'rnn', dataLength: 40 });
    expect(commandOf({ ...trials[0]!, flags: ['--data-path=a b.csv'] })).toBe("bridle train '--data-path=a b.csv'");
  });

  it('refuses what is no list of values, and flags that bridle train refuses, before anything runs', () => {
    for (const vary of ['cell', 'cell=', 'cell=rnn,', 'cell=rnn,rnn', '=rnn']) {
      expect(() => planSweep([], [vary]), vary).toThrow(expect.objectContaining({ code: 'LAB_VARY' }));
    }
    const many = [
      'seed=1,2,3,4,5,6,7,8',
      'layers=1,2,3,4,5,6,7,8',
      'cell=rnn,relu,lstm,gru',
      'clip=none,zscore,value:1,agc',
    ];
    expect(() => planSweep([], many)).toThrow(expect.objectContaining({ code: 'LAB_VARY' }));
    const [trial] = planSweep([], ['cel=rnn,lstm']).trials;
    expect(() => settleTrial(trial!, 'lab')).toThrow(expect.objectContaining({ code: 'LAB_TRIAL' }));
  });

  it('of the presets holds commands that bridle train takes', () => {
    for (const { trials } of Object.values(presets)) {
      expect(new Set(trials.map(({ name }) => name)).size).toBe(trials.length);
      for (const trial of trials) expect(settleTrial(trial, 'lab').values.diagnose).toBe(100);
    }
  });
});

describe('a verdict', () => {
  const flat = Array<number>(20).fill(1);

  it('is diverged for a numerical error, and for losses that are out of hand', () => {
    expect(judgeTrial({ losses: flat, error: { code: 'GRADIENT_NOT_FINITE', exitCode: 4 } })).toBe('diverged');
    expect(judgeTrial({ losses: flat, error: { code: 'DISK_FULL', exitCode: 6 } })).toBe('failed');
    expect(judgeTrial({ losses: [...flat, 3, 3] })).toBe('diverged');
    expect(judgeTrial({ losses: [...flat, NaN, 1] })).toBe('diverged');
    expect(judgeTrial({ losses: [1, 1e9, ...flat] })).toBe('survived');
    expect(judgeTrial({ losses: [] })).toBe('diverged');
  });

  it('goes by accuracy where there is one, otherwise by the baseline', () => {
    const of = (score: object) => judgeTrial({ losses: flat, score: { loss: 1, ...score } });
    expect(of({ accuracy: 0.99, baseline: 1.4 })).toBe('solved');
    expect(of({ accuracy: 0.6, loss: 0.1, baseline: 1.4 })).toBe('learned');
    expect(of({ loss: 0.01, baseline: 1 / 6 })).toBe('solved');
    expect(of({ loss: 0.16, baseline: 1 / 6 })).toBe('survived');
    expect(of({ loss: 10, natsPerTarget: 0.01, baseline: 0.2 })).toBe('solved');
    expect(of({ loss: 0.001 })).toBe('survived');
  });
});

describe('a result', () => {
  it('keeps every peak of the norm in a thinned curve', () => {
    const { curve, largestNorm, clipRate, steps } = resultOf([], Array<number>(1000).fill(2));
    expect(curve).toHaveLength(200);
    expect([steps, largestNorm, Math.max(...curve.map(({ gradNorm }) => gradNorm))]).toEqual([1000, 1e6, 1e6]);
    expect([curve.at(-1)!.step, curve[7]!.loss, clipRate]).toEqual([1000, 2, 0.001]);
  });

  it('is read back as it was written, infinities too; a damaged one counts as none', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'bridle-lab-'));
    try {
      const result = resultOf(['--cell=rnn'], [1, Infinity, NaN]);
      await writeResult(folder, result);
      expect(await readResult(folder, ['--cell=rnn'])).toEqual(result);
      expect(await readResult(folder, ['--cell=lstm'])).toBeUndefined();
      const [name] = readdirSync(join(folder, 'results'));
      writeFileSync(join(folder, 'results', name!), '{"torn');
      expect(await readResult(folder, ['--cell=rnn'])).toBeUndefined();
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('the report', () => {
  const { trials } = planSweep(['--steps=5'], ['data-length=20,40', 'cell=rnn,lstm', 'seed=1,2']);
  const outcomes = trials.map((trial, i): TrialOutcome => {
    const score = { event: 'evaluated', step: 5, epoch: 1, split: 'test', examples: 9, best: true, loss: 1 } as const;
    return { trial, result: resultOf(trial.flags, [1, 1, 1], [{ ...score, accuracy: i < 3 ? 1 : 0.3 }]) };
  });

  it('draws the share of seeds that solved their task against the length', () => {
    expect(successAgainstLength(outcomes)).toEqual([
      {
        name: 'cell=rnn',
        points: [
          [20, 1],
          [40, 0],
        ],
      },
      {
        name: 'cell=lstm',
        points: [
          [20, 0.5],
          [40, 0],
        ],
      },
    ]);
  });

  it('shows every verdict and command, and asks nothing of the network', () => {
    const page = formatLabPage({ title: 'A <lab>', about: 'b', trials }, outcomes.slice(0, 7));
    expect(page).toContain('7 of 7 survived; 1 are not run yet.');
    expect(page).toContain('npx bridle train --steps=5 --data-length=20 --cell=rnn --seed=1');
    expect(page).toContain('A &#60;lab&#62;');
    expect(page).not.toMatch(/src=|href=|url\(|<script/);
  });
});
