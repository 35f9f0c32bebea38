// --diagnose beside a real run: the bits stay, and bridle diagnose finds the same at the same step.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, expect, it } from 'vitest';
import type { DiagnosisEvent } from '../../src/metrics/events.js';
import { readRun } from '../../src/library/read-run.js';
import { BridleProcess, endAll } from './support/bridle-process.js';
import { tempFolder } from './support/temp-folder.js';

const folder = tempFolder();
const common =
  'train --data temporal-order --data-length 20 --data-examples 200 --cell lstm --hidden-size 6 --global-batch 12 --steps 6 --evaluate-every 0 --workers 1 --listen 127.0.0.1:0 --json';

afterEach(endAll);

it('changes no bit, and is what bridle diagnose says of the checkpoint', async () => {
  const plain = new BridleProcess(common.split(' '), { cwd: folder });
  const watched = new BridleProcess(`${common} --diagnose 3`.split(' '), { cwd: folder });
  const done = await watched.done();
  expect(done.digest).toBe((await plain.done()).digest);
  const found = watched.events.filter((event): event is DiagnosisEvent => event.event === 'diagnosis');
  expect(found.map(({ step }) => step)).toEqual([0, 3, 6]);
  expect(found[0]!.layers[0]!.hiddenGradNorms).toHaveLength(20);
  expect(found[0]!.layers[0]!.lyapunovExponents).not.toEqual(found[2]!.layers[0]!.lyapunovExponents);
  const runDir = resolve(folder, done.runDir);
  expect((await readRun(runDir)).events.filter(({ event }) => event === 'diagnosis')).toHaveLength(3);

  const main = resolve(import.meta.dirname, '../../dist/cli/main.js');
  const report = join(folder, 'page.html');
  const args = [main, 'diagnose', runDir, '--json', '--report', report];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: folder });
  const { event: _, step, ...rest } = found[2]!;
  expect(JSON.parse(stdout)).toMatchObject({ event: 'diagnosis', step, ...rest });
  expect(readFileSync(report, 'utf8')).toContain(rest.verdict.text);
});
