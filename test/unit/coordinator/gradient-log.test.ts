import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { openGradientLog } from '../../../src/coordinator/gradient-log.js';
import { CheckpointError } from '../../../src/errors.js';

const folder = mkdtempSync(join(tmpdir(), 'bridle-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('writes one line for each shard of a step, with the norm and who computed it', () => {
  const path = join(folder, 'norms.jsonl');
  const log = openGradientLog(path);
  const report = (shard: number, squaredNorm: number) => ({ shard, squaredNorm, loss: 1, count: 4, nonFinite: '' });
  log.append(1, [report(0, 9), report(1, 2)], [5, 3]);
  log.append(2, [report(0, 0)], [3]);
  log.close();
  const lines = readFileSync(path, 'utf8').trim().split('\n');
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    { step: 1, shard: 0, rank: 5, count: 4, norm: 3 },
    { step: 1, shard: 1, rank: 3, count: 4, norm: Math.SQRT2 },
    { step: 2, shard: 0, rank: 3, count: 4, norm: 0 },
  ]);
});

it('says which file cannot be written', () => {
  expect(() => openGradientLog(join(folder, 'none', 'norms.jsonl'))).toThrow(CheckpointError);
  expect(() => openGradientLog(join(folder, 'none', 'norms.jsonl'))).toThrow(/norms\.jsonl/);
});
