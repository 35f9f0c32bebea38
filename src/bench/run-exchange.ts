// `bridle bench exchange` from beginning to end: for each row PyTorch over gloo, bridle and raw TCP in turns, percentiles over all rounds.
import { execFile } from 'node:child_process';
import { availableParallelism, cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { timeStar } from '../loadtest/star.js';
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

/** Milliseconds of each round: of raw TCP with both directions, the gradients alone and the weights alone, and of the others. */
type StarTime = Readonly<Record<'both' | 'up' | 'down' | 'unix' | 'ws', readonly number[]>>;

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
  const stars: StarTime[] = [];
  for (let round = 1; round <= rounds; round++) {
    onProgress(`${workers} workers, ${shape.floats} floats, ${payload}, ${dtype}: round ${round} of ${rounds}`);
    const time = await timeExchange(shape, { warmup, steps }, signal);
    bridle.push(time);
    if (hasTorch) gloo.push(await timeGloo(workers, time.floats, { warmup, steps }, signal));
    stars.push(await timeStars(shape, time.floats, steps));
  }
  return rowOf(shape, bridle, gloo, stars);
}

async function timeStars({ workers, dtype }: ExchangeShape, floats: number, rounds: number): Promise<StarTime> {
  const star = { leaves: workers, processes: workers, rounds };
  const [bytesDown, bytesUp] = [4 * floats, payloadBytes(dtype, floats)];
  return {
    both: await timeStar({ ...star, road: 'tcp', bytesDown, bytesUp }),
    up: await timeStar({ ...star, road: 'tcp', bytesDown: 1, bytesUp }),
    down: await timeStar({ ...star, road: 'tcp', bytesDown, bytesUp: 1 }),
    unix: await timeStar({ ...star, road: 'unix', bytesDown, bytesUp }),
    ws: await timeStar({ ...star, road: 'ws', bytesDown, bytesUp }),
  };
}

function rowOf(
  { workers, payload, dtype }: ExchangeShape,
  bridle: readonly ExchangeTime[],
  gloo: readonly GlooTime[],
  stars: readonly StarTime[],
): ExchangeRow {
  const { floats } = bridle[0] as ExchangeTime;
  const step = timesOf(bridle.flatMap(({ stepMs }) => stepMs));
  const peerMs = gloo.length > 0 ? timesOf(gloo.flatMap(({ stepMs }) => stepMs)).p50Ms : null;
  const phases = phaseNames.map((name) => [name, timesOf(bridle.flatMap((time) => time.phases[name]))] as const);
  const times = Object.fromEntries(phases) as ExchangeRow['phases'];
  const starMs = (name: keyof StarTime): number => timesOf(stars.flatMap((star) => star[name])).p50Ms;
  const bytes = workers * (4 * floats + payloadBytes(dtype, floats));
  return {
    ...{ workers, floats, payload, dtype, ...step, peerMs },
    perPeer: peerMs === null ? null : step.p50Ms / peerMs,
    glooMs: gloo.length > 0 ? timesOf(gloo.flatMap(({ allReduceMs }) => allReduceMs)).p50Ms : null,
    tcpMs: starMs('both'),
    unixMs: starMs('unix'),
    wsMs: starMs('ws'),
    uploadPerTcp: starMs('up') / times.upload.p50Ms,
    broadcastPerTcp: starMs('down') / times.broadcast.p50Ms,
    gbPerSecond: bytes / 1e6 / step.p50Ms,
    cpuSeconds: bridle.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0) / bridle.length,
    peakBytes: bridle.reduce<number | null>((most, { peakBytes }) => Math.max(most ?? 0, peakBytes ?? 0) || null, null),
    phases: times,
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
