// metrics.jsonl: lines that any JSON reader takes, also after a crash.
import { appendFile, readFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openMetricsLog } from '../../../src/checkpoint/metrics-log.js';
import type { EvaluatedEvent } from '../../../src/metrics/events.js';
import { temporaryFolder } from './sample-snapshot.js';

const event: EvaluatedEvent = {
  event: 'evaluated',
  step: 10,
  epoch: 1,
  split: 'test',
  loss: NaN,
  examples: 100,
  accuracy: 0.5,
  best: false,
};

it('holds a version line and one line an event, NaN as a string', async () => {
  const path = join(await temporaryFolder(), 'metrics.jsonl');
  const log = openMetricsLog(path);
  log.append(event);
  await log.close();
  const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    { event: 'metrics-log', formatVersion: 1 },
    { ...event, loss: 'NaN' },
  ]);
});

it('cuts a line that a crash tore and goes on after the whole ones', async () => {
  const path = join(await temporaryFolder(), 'metrics.jsonl');
  for (const tail of ['{"event":"evalu', '', '']) {
    const log = openMetricsLog(path);
    log.append(event);
    await log.close();
    await appendFile(path, tail);
  }
  const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
  expect(lines.map((line) => (JSON.parse(line) as { event: string }).event)).toEqual([
    'metrics-log',
    ...Array(3).fill('evaluated'),
  ]);
});

it.skipIf(!existsSync('/dev/full'))('tells a full disk', () => {
  expect(() => openMetricsLog('/dev/full').append(event)).toThrow(expect.objectContaining({ code: 'DISK_FULL' }));
});
