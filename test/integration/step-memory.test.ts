// A worker's memory does not grow with the steps: after 10,000 within 5 % of after 4,000, when V8 has sized its heap. A minute
// each, so in BRIDLE_FULL=1 (npm run test:full) only.
import { readFileSync } from 'node:fs';
import { afterEach, expect, it } from 'vitest';
import { BridleProcess, endAll } from './support/bridle-process.js';
import { tempFolder } from './support/temp-folder.js';

const folder = tempFolder();
const settled = 4000;
const steps = 10_000;
afterEach(endAll);

it.runIf(process.env['BRIDLE_FULL'] === '1').each(['native', 'wasm', 'tensorflow'])(
  'on %s',
  async (backend) => {
    const data = '--data adding --data-length 5 --data-min-length 5 --data-examples 160';
    const rest =
      '--hidden-size 8 --global-batch 16 --evaluate-every 0 --save-every 0 --workers 1 --listen 127.0.0.1:0 --json';
    const args = `train ${data} ${rest} --steps ${steps} --backend ${backend}`.split(' ');
    const run = new BridleProcess(args, { cwd: folder });
    // Garbage comes and goes: the median over 400 steps.
    const after = async (step: number): Promise<number> => {
      const samples: number[] = [];
      for (let at = step - 400; at < step; at += 20) {
        await run.event('committed', (event) => event.step >= at, 300_000);
        samples.push(residentBytes(run.workers()[0] ?? -1));
      }
      return samples.sort((a, b) => a - b)[samples.length / 2] ?? NaN;
    };
    const early = await after(settled);
    const late = await after(steps);
    await run.done();
    expect(late / early).toBeLessThan(1.05);
  },
  600_000,
);

function residentBytes(processId: number): number {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${processId}/status`, 'utf8'))?.[1]) * 1024;
}
