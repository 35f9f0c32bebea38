// `bridle bench step` from beginning to end: for each shape PyTorch, stock tfjs and bridle in turns, medians over the rounds.
import { cpus } from 'node:os';
import { availableBackends, chooseBackend } from '../backend/available-backends.js';
import type { BackendName } from '../backend/backend.js';
import { loadNativeAddon } from '../backend/native-addon.js';
import type { Machine, StepParts, StepResult, StepRow } from './step-result.js';
import { spellShape, type StepShape } from './step-shape.js';
import { timeBridle, type BridleTime, type StepCounts } from './time-bridle.js';
import { stockBackendFor, timeStock } from './time-stock.js';
import { findTorch, timeTorch, torchRemedy } from './time-torch.js';

export interface StepOptions extends StepCounts {
  readonly shapes: readonly StepShape[];
  /** `auto`: native, and tensorflow, as far as they are there. */
  readonly backend: 'auto' | BackendName;
  readonly rounds: number;
  readonly signal: AbortSignal;
  readonly onProgress: (text: string) => void;
}

/** Times everything. Throws `BACKEND_UNAVAILABLE` and what ended a run. */
export async function runSteps(options: StepOptions): Promise<StepResult> {
  const backends = chooseBackends(options.backend);
  const torch = await findTorch();
  if (torch === null) options.onProgress(`left out: PyTorch. To have it: ${torchRemedy}`);
  const rows: StepRow[] = [];
  for (const shape of options.shapes) rows.push(...(await timeShape(shape, backends, torch !== null, options)));
  return { machine: describeMachine(torch, stockBackendFor(backends[0] ?? 'wasm')), rows };
}

function chooseBackends(choice: 'auto' | BackendName): readonly BackendName[] {
  if (choice !== 'auto') return [chooseBackend(choice)];
  const found = availableBackends().filter(({ available }) => available);
  const names = found.map(({ name }) => name).filter((name) => name === 'native' || name === 'tensorflow');
  return names.length > 0 ? names : ['wasm'];
}

/** In turns: what disturbs the machine for a while meets all of them. */
async function timeShape(
  shape: StepShape,
  backends: readonly BackendName[],
  hasTorch: boolean,
  { rounds, warmup, steps, signal, onProgress }: StepOptions,
): Promise<StepRow[]> {
  const counts = { warmup, steps };
  const torch: number[] = [];
  const stock = new Map(backends.map((backend) => [stockBackendFor(backend), [] as number[]]));
  const bridle = new Map(backends.map((backend) => [backend, [] as BridleTime[]]));
  for (let round = 1; round <= rounds; round++) {
    onProgress(`${spellShape(shape)}: round ${round} of ${rounds}`);
    for (const [backend, times] of bridle) times.push(await timeBridle(shape, backend, counts, signal));
    if (hasTorch) torch.push(await timeTorch(shape, counts, signal));
    for (const [backend, times] of stock) times.push(await timeStock(shape, backend, steps, signal));
  }
  return backends.map((backend) =>
    rowOf(shape, backend, bridle.get(backend) ?? [], torch, stock.get(stockBackendFor(backend)) ?? []),
  );
}

function rowOf(
  { length, globalBatch, inputSize, hiddenSize, layers }: StepShape,
  backend: BackendName,
  bridle: readonly BridleTime[],
  torch: readonly number[],
  stock: readonly number[],
): StepRow {
  const sorted = [...bridle].sort((a, b) => a.stepMs - b.stepMs);
  const { stepMs, parts } = sorted[Math.floor(sorted.length / 2)] as BridleTime;
  const torchMs = torch.length > 0 ? median(torch) : null;
  const stockMs = stock.length > 0 ? median(stock) : null;
  return {
    shape: [length, globalBatch, inputSize, hiddenSize, layers],
    backend,
    bridleMs: rounded(stepMs),
    torchMs: torchMs === null ? null : rounded(torchMs),
    stockMs: stockMs === null ? null : rounded(stockMs),
    bridlePerTorch: torchMs === null ? null : rounded(stepMs / torchMs),
    bridlePerStock: stockMs === null ? null : rounded(stepMs / stockMs),
    parts: parts && roundParts(parts),
  };
}

function describeMachine(torch: string | null, stock: string): Machine {
  const hasNative = availableBackends().some(({ name, available }) => name === 'native' && available);
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    platform: process.platform,
    arch: process.arch,
    node: process.version,
    kernels: hasNative ? loadNativeAddon().kernels() : [],
    torch,
    stock,
  };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] as number;
}

function rounded(value: number): number {
  return Number(value.toPrecision(4));
}

function roundParts(parts: StepParts): StepParts {
  return {
    computeMs: rounded(parts.computeMs),
    workerMs: rounded(parts.workerMs),
    coordinatorMs: rounded(parts.coordinatorMs),
    waitingMs: rounded(parts.waitingMs),
  };
}
