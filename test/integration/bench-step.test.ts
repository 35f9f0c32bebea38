// bridle bench step with tiny shapes: real processes, and stock tfjs beside them. PyTorch, which takes
// ten seconds to start, is left out.
import { afterEach, expect, it } from 'vitest';
import type { StepResult } from '../../src/bench/step-result.js';
import { BridleProcess, endAll } from './support/bridle-process.js';
import { tempFolder } from './support/temp-folder.js';

const folder = tempFolder();
afterEach(endAll);

it('times whole steps beside what is there, and says where the time went', async () => {
  const args = 'bench step --backend wasm --shapes 3,8,2,4 4,16,3,5,2 --steps 12 --warmup 2 --rounds 1 --json';
  const run = new BridleProcess(args.split(' '), { cwd: folder, env: { BRIDLE_TORCH: '0' } });
  expect(await run.exit(), run.report()).toEqual({ code: 0, signal: null });
  const { machine, rows } = run.events.at(-1) as unknown as StepResult;
  expect(machine).toMatchObject({ node: process.version, stock: 'wasm', torch: null });
  expect(rows.map(({ shape, backend }) => [shape, backend])).toEqual([
    [[3, 8, 2, 4, 1], 'wasm'],
    [[4, 16, 3, 5, 2], 'wasm'],
  ]);
  for (const { bridleMs, stockMs, bridlePerStock, bridlePerTorch, parts } of rows) {
    expect(bridleMs).toBeGreaterThan(0);
    expect((bridlePerStock ?? 0) * (stockMs ?? 0)).toBeCloseTo(bridleMs, 1);
    expect(bridlePerTorch).toBeNull();
    if (process.platform === 'linux') expect(parts?.computeMs).toBeGreaterThan(0);
  }
});
