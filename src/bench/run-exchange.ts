// `bridle bench exchange` from beginning to end: for each row PyTorch over gloo, bridle and raw TCP in turns, percentiles over all rounds.
import { execFile } from 'node:child_process';
import { availableParallelism, cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { timeRawTcp } from '../loadtest/raw-tcp.js';
import { percentilesOf } from '../loadtest/statistics.js';
import { payloadBytes } from '../protocol/frame.js';
import { phaseNames, type ExchangeResult, type ExchangeRow, type PhaseTime } from './exchange-result.js';
import { timeExchange, type ExchangeCounts, type ExchangeShape, type ExchangeTime } from './time-exchange.js';
import { findTorch, python, torchRemedy } from './time-torch.js';

export interface ExchangeOptions extends ExchangeCounts {
  readonly shapes: readonly ExchangeShape[];
  readonly rounds: number;
  readonly signal: AbortSignal;
  readonly onProgress: (text: string) => void;
}

interface GlooTime {
  readonly stepMs: readonly number[];
  readonly allReduceMs: readonly number[];
}

const execute = promisify(execFile);
const script = fileURLToPath(new URL('../../bench/exchange.py', import.meta.url));
const deadlineMs = 600_000;

/** Times everything. Throws what ended a run. */
export async function runExchange(options: ExchangeOptions): Promise<ExchangeResult> {
  const torch = await findTorch();
  if (torch === null) options.onProgress(`left out: PyTorch. To have it: ${torchRemedy}`);
  const rows: ExchangeRow[] = [];
  for (const shape of options.shapes) rows.push(await timeRow(shape, torch !== null, options));
  const machine = { cpu: cpus()[0]?.model.trim() ?? '', cores: availableParallelism(), node: process.version, torch };
  return { event: 'bench', bench: 'exchange', machine, rows };
}

/** In turns: what disturbs the machine for a while meets all of them. */
async function timeRow(
  shape: ExchangeShape,
  hasTorch: boolean,
  { rounds, warmup, steps, signal, onProgress }: ExchangeOptions,
): Promise<ExchangeRow> {
  const { workers, payload, dtype } = shape;
  const bridle: ExchangeTime[] = [];
  const gloo: GlooTime[] = [];
  const tcpMs: number[] = [];
  for (let round = 1; round <= rounds; round++) {
    onProgress(`${workers} workers, ${shape.floats} floats, ${payload}, ${dtype}: round ${round} of ${rounds}`);
    const time = await timeExchange(shape, { warmup, steps }, signal);
    bridle.push(time);
    if (hasTorch) gloo.push(await timeGloo(workers, time.floats, { warmup, steps }, signal));
    const bytes = { bytesDown: 4 * time.floats, bytesUp: payloadBytes(dtype, time.floats) };
    tcpMs.push(...(await timeRawTcp({ leaves: workers, processes: workers, ...bytes, rounds: steps })));
  }
  return rowOf(shape, bridle, gloo, tcpMs);
}

function rowOf(
  { workers, payload, dtype }: ExchangeShape,
  bridle: readonly ExchangeTime[],
  gloo: readonly GlooTime[],
  tcpMs: readonly number[],
): ExchangeRow {
  const { floats } = bridle[0] as ExchangeTime;
  const step = timesOf(bridle.flatMap(({ stepMs }) => stepMs));
  const peerMs = gloo.length > 0 ? timesOf(gloo.flatMap(({ stepMs }) => stepMs)).p50Ms : null;
  const phases = phaseNames.map((name) => [name, timesOf(bridle.flatMap((time) => time.phases[name]))] as const);
  const bytes = workers * (4 * floats + payloadBytes(dtype, floats));
  return {
    ...{ workers, floats, payload, dtype, ...step, peerMs },
    perPeer: peerMs === null ? null : step.p50Ms / peerMs,
    glooMs: gloo.length > 0 ? timesOf(gloo.flatMap(({ allReduceMs }) => allReduceMs)).p50Ms : null,
    tcpMs: timesOf(tcpMs).p50Ms,
    gbPerSecond: bytes / 1e6 / step.p50Ms,
    cpuSeconds: bridle.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0) / bridle.length,
    peakBytes: bridle.reduce<number | null>((most, { peakBytes }) => Math.max(most ?? 0, peakBytes ?? 0) || null, null),
    phases: Object.fromEntries(phases) as ExchangeRow['phases'],
  };
}

function timesOf(values: readonly number[]): PhaseTime {
  const times = percentilesOf(values.filter((value) => !Number.isNaN(value)));
  return { p50Ms: times?.p50 ?? NaN, p99Ms: times?.p99 ?? NaN };
}

/** The exchange of PyTorch, in so many processes of one thread. Throws what Python printed. */
async function timeGloo(
  workers: number,
  floats: number,
  { warmup, steps }: ExchangeCounts,
  signal: AbortSignal,
): Promise<GlooTime> {
  const args = [workers, floats, warmup, steps].map(String);
  const { stdout } = await execute(python, [script, ...args], { timeout: deadlineMs, signal });
  return JSON.parse(stdout) as GlooTime;
}
