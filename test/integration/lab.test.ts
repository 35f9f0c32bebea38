// A laboratory on real worker processes: diverged and survived told apart, and only what is missing run again.
import { execFile } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { tempFolder } from './support/temp-folder.js';

const folder = tempFolder();
const main = resolve(import.meta.dirname, '../../dist/cli/main.js');

interface Trial {
  readonly name: string;
  readonly verdict: string;
  readonly digest: string;
  readonly flows: readonly { readonly norms: readonly number[] }[];
}

async function lab(): Promise<{ trials: Trial[]; stderr: string }> {
  const task =
    '--data adding --data-length 30 --data-examples 200 --cell rnn --hidden-size 20 --optimizer sgd --lr 5 --recurrent-initializer normal:0.5 --steps 40 --global-batch 32 --shards 2 --workers 1 --evaluate-every 0';
  const args = [main, 'lab', '--vary', 'clip=none,global-norm:0.001', '--json', '--', ...task.split(' ')];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { cwd: folder });
  const lines = stdout.trim().split('\n');
  return { trials: lines.map((line) => JSON.parse(line) as Trial), stderr };
}

describe('bridle lab', () => {
  it('says who diverged, writes the report, and goes on where it ended', async () => {
    const first = await lab();
    expect(first.trials.map(({ name, verdict }) => [name, verdict])).toEqual([
      ['clip=none', 'diverged'],
      ['clip=global-norm:0.001', 'survived'],
    ]);
    expect(first.trials[1]!.flows[0]!.norms).toHaveLength(30);
    expect(readFileSync(join(folder, 'lab', 'report.html'), 'utf8')).toContain('1 of 2 survived.');
    const runs = readdirSync(join(folder, 'lab', 'runs')).length;

    for (const name of readdirSync(join(folder, 'lab', 'results'))) {
      const path = join(folder, 'lab', 'results', name);
      if (readFileSync(path, 'utf8').includes('global-norm')) rmSync(path);
    }
    const again = await lab();
    expect(again.stderr).toMatch(/diverged .* known/);
    expect(again.trials[0]).toEqual(first.trials[0]);
    expect(again.trials[1]!.digest).toBe(first.trials[1]!.digest);
    expect(readdirSync(join(folder, 'lab', 'runs'))).toHaveLength(runs + 1);
  });

  it('refuses flags that one of its trials cannot take, before anything is run', async () => {
    const args = [main, 'lab', '--vary', 'cell=rnn,lsmt', '--lab-dir', 'other'];
    const failed = promisify(execFile)(process.execPath, args, { cwd: folder });
    await expect(failed).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining('LAB_TRIAL') as string });
    expect(existsSync(join(folder, 'other', 'results'))).toBe(false);
  });
});
