// The same step in stock tfjs, in a process of its own that has both cores: time-stock-main.ts.
import { fork } from 'node:child_process';
import type { BackendName, TfjsBackendName } from '../backend/backend.js';
import { availableBackends } from '../backend/available-backends.js';
import { backendEnvironment } from '../backend/environment.js';
import { BridleError, exitCodes } from '../errors.js';
import type { StepShape } from './step-shape.js';
import { numWorkers } from './time-bridle.js';

export interface StockRequest {
  readonly shape: StepShape;
  readonly backend: TfjsBackendName;
  readonly steps: number;
}

const deadlineMs = 600_000;
/** Stock tfjs takes seconds for a step of the longer shapes. */
const mostSteps = 4;

/** Where stock tfjs runs beside `backend`: there too, and beside our own kernels on the fittest that it has. */
export function stockBackendFor(backend: BackendName): TfjsBackendName {
  if (backend !== 'native') return backend;
  return availableBackends().some(({ name, available }) => name === 'tensorflow' && available) ? 'tensorflow' : 'wasm';
}

/** Milliseconds of a step. Throws `BENCH_STOCK`. */
export function timeStock(shape: StepShape, backend: TfjsBackendName, steps: number, signal: AbortSignal) {
  return new Promise<number>((resolve, reject) => {
    const child = fork(new URL('./time-stock-main.js', import.meta.url), [], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      execArgv: [],
      env: { ...process.env, ...backendEnvironment(backend, { threads: numWorkers }, process.env) },
      timeout: deadlineMs,
      killSignal: 'SIGKILL',
      signal,
    });
    child.once('message', (stepMs: number) => resolve(stepMs));
    child.once('error', reject);
    child.once('exit', (code, by) => {
      const message = `Stock tfjs ended with ${by ?? `code ${code}`}. What it printed stands above; leave it out with --backend wasm.`;
      reject(new BridleError('BENCH_STOCK', message, exitCodes.unexpected));
    });
    child.send({ shape, backend, steps: Math.min(steps, mostSteps) } satisfies StockRequest);
  });
}
