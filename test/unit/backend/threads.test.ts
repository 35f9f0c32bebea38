// Threads of a process when nobody says how many.
import { availableParallelism } from 'node:os';
import { expect, it } from 'vitest';
import { threadsPerProcess } from '../../../src/backend/threads.js';

const cores = availableParallelism();

it('shares the cores among the processes of a machine, on native alone', () => {
  expect(threadsPerProcess('auto', 'native', 1)).toBe(cores);
  expect(threadsPerProcess('auto', 'native', cores)).toBe(1);
  expect(threadsPerProcess('auto', 'native', 100 * cores)).toBe(1);
  for (const backend of ['tensorflow', 'wasm', 'webgpu'] as const)
    expect(threadsPerProcess('auto', backend, 1)).toBe(1);
});

it('takes what is asked for', () => {
  expect(threadsPerProcess(3, 'native', 1)).toBe(3);
  expect(threadsPerProcess(2, 'tensorflow', 7)).toBe(2);
});
