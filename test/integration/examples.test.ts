// The examples as a reader runs them, on little data and for one epoch; open-in-pytorch runs in export.test.ts.
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { tempFolder } from './support/temp-folder.js';

const root = resolve(import.meta.dirname, '../..');
const folder = tempFolder();

/** Runs examples/NAME/run.sh in a folder of its own, and returns that and what was printed. */
async function runExample(name: string, data: string): Promise<{ cwd: string; stdout: string; stderr: string }> {
  const cwd = join(folder, name);
  mkdirSync(cwd);
  const env = { ...process.env, BRIDLE: `${process.execPath} ${join(root, 'dist', 'cli', 'main.js')}` };
  const args = [join(root, 'examples', name, 'run.sh'), data, '--epochs', '1', '--workers', '1', '--hidden-size', '8'];
  const { stdout, stderr } = await promisify(execFile)('bash', args, { cwd, env, timeout: 60_000 });
  return { cwd, stdout, stderr };
}

it('text: a model is trained and writes', async () => {
  const path = join(folder, 'input.txt');
  writeFileSync(path, 'The quick brown fox jumps over the lazy dog. '.repeat(100));
  const { stdout } = await runExample('text', path);
  expect(stdout.trimEnd().length).toBeGreaterThan(250);
}, 90_000);

it('weather: a forecast is scored beside persistence and goes on after the last day', async () => {
  const path = join(folder, 'weather.csv');
  const days = Array.from({ length: 300 }, (_, day) => {
    const warmth = Math.round(100 * Math.sin(day / 20)) / 10;
    return `2012-${day},${day % 7},${warmth + 10},${warmth + 3},${1 + (day % 5)},rain`;
  });
  writeFileSync(path, ['date,precipitation,temp_max,temp_min,wind,weather', ...days].join('\n'));
  const { cwd, stdout, stderr } = await runExample('weather', path);
  expect(stdout + stderr).toMatch(/persistence/);
  const lines = readFileSync(join(cwd, 'forecast.csv'), 'utf8').trimEnd().split('\n');
  expect(lines[0]).toContain('temp_max');
  expect(lines).toHaveLength(1 + 300 - 14 + 1);
}, 90_000);

const chorales = join(root, '..', 'shared', 'data', 'jsb-chorales.jsonl');
const hasChorales = existsSync(chorales);
if (!hasChorales) console.warn(`SKIPPED: ${chorales} is not there. The example music is untested.`);

it.runIf(hasChorales)(
  'music: chorales are scored, and the keys after each frame told',
  async () => {
    const { cwd, stdout } = await runExample('music', chorales);
    expect(stdout).toMatch(/nats|loss/);
    const line = readFileSync(join(cwd, 'keys.jsonl'), 'utf8').split('\n')[0] ?? '';
    const { probabilities } = JSON.parse(line) as { probabilities: number[][] };
    expect(probabilities[0]).toHaveLength(88);
  },
  90_000,
);
