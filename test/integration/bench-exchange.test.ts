// bridle bench exchange on a small vector: every figure of a row is measured, by either road.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { phaseNames, type ExchangeResult } from '../../src/bench/exchange-result.js';
import { tempFolder } from './support/temp-folder.js';

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const folder = tempFolder();

it.each([
  ['frame', 'bf16'],
  ['shm', 'f32'],
])('measures phases, processor time and raw TCP for %s and %s', (payload, wire) => {
  const flags = ['--workers', '2', '--params', '20000', '--rounds', '1', '--steps', '4', '--warmup', '1', '--json'];
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [main, 'bench', 'exchange', ...flags, '--payload', payload, '--wire', wire],
    { cwd: folder, encoding: 'utf8', timeout: 60_000, env: { ...process.env, BRIDLE_TORCH: '0' } },
  );
  expect(status, stderr).toBe(0);
  const { machine, rows } = JSON.parse(stdout) as ExchangeResult;
  expect(machine.torch).toBeNull();
  expect(rows).toMatchObject([{ workers: 2, payload, dtype: wire, peerMs: null, perPeer: null, glooMs: null }]);
  const row = rows[0]!;
  for (const name of phaseNames) expect(row.phases[name].p50Ms, name).toBeGreaterThan(0);
  const inPhases = phaseNames.reduce((sum, name) => sum + row.phases[name].p50Ms, 0);
  expect(row.p99Ms).toBeGreaterThanOrEqual(row.p50Ms);
  expect(row.p99Ms * 3).toBeGreaterThan(inPhases);
  for (const name of ['tcpMs', 'unixMs', 'wsMs', 'uploadPerTcp', 'broadcastPerTcp'] as const)
    expect(row[name], name).toBeGreaterThan(0);
  expect(row.gbPerSecond).toBeGreaterThan(0);
  expect(row.cpuSeconds).toBeGreaterThan(0);
});
