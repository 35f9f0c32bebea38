// A load test's result for people: lines on a terminal, a table for the summary page of a CI job.
import type { Broken, ClippingResult, ProcessFigures } from './result.js';

/** One finding: what it is, and its value in words. */
export interface Row {
  readonly what: string;
  readonly value: string;
}

const notMeasured = 'not measured';

function ms(value: number | null): string {
  if (value === null) return notMeasured;
  return `${value < 10 ? value.toFixed(2) : value.toFixed(0)} ms`;
}

function megabytes(bytes: number | null): string {
  return bytes === null ? notMeasured : `${(bytes / 1e6).toFixed(bytes < 1e7 ? 2 : 0)} MB`;
}

function count(value: number | null): string {
  return value === null ? notMeasured : value.toLocaleString('en-US');
}

function error(value: number | null): string {
  return value === null ? notMeasured : value.toExponential(1);
}

function process(figures: ProcessFigures | null): string {
  if (!figures) return notMeasured;
  const { answerP50Ms, answerP99Ms, answerMaxMs, rssPeakBytes } = figures;
  return `${megabytes(rssPeakBytes)} at most; answers after ${ms(answerP50Ms)} (p50), ${ms(answerP99Ms)} (p99), ${ms(answerMaxMs)} (max)`;
}

/** Lists what was found, in the order in which people ask. */
export function rowsOf(result: ClippingResult): Row[] {
  const { rssPerWorkerBytes, gradientsHeld, clipRate } = result;
  return [
    {
      what: 'load',
      value: `${count(result.workers)} workers in ${result.processes} processes, ${count(result.parameters)} parameters, ${count(result.shards)} shards, ${result.steps} steps after ${result.warmup}, ${result.gradients} gradients, seed ${result.seed}`,
    },
    { what: 'all joined', value: result.joinedMs === null ? 'not all did' : `after ${ms(result.joinedMs)}` },
    {
      what: 'step',
      value: `${ms(result.p50Ms)} (p50), ${ms(result.p95Ms)} (p95), ${ms(result.p99Ms)} (p99), ${ms(result.maxMs)} (max)`,
    },
    { what: 'rate', value: `${result.stepsPerSecond.toFixed(2)} steps a second` },
    {
      what: 'raw TCP, same bytes',
      value: `${ms(result.tcpP50Ms)} (p50), ${ms(result.tcpP99Ms)} (p99); a step takes ${result.p99PerTcp.toFixed(1)} times as long (p99)`,
    },
    {
      what: 'bytes',
      value: `${megabytes(result.bytesToWorkers)} to the workers, ${megabytes(result.bytesFromWorkers)} from them`,
    },
    { what: 'coordinator', value: process(result.coordinator) },
    { what: 'idle process', value: process(result.idle) },
    {
      what: 'memory by worker',
      value:
        rssPerWorkerBytes === null
          ? notMeasured
          : `${(rssPerWorkerBytes / 1000).toFixed(0)} kB beyond ${count(gradientsHeld)} gradients held at once`,
    },
    {
      what: 'workers',
      value: `${count(result.lost)} lost; planned: ${count(result.dropped)} connections dropped, ${count(result.left)} left, ${count(result.slowed)} answers late`,
    },
    ...result.lossReasons.map(({ reason, workers }) => ({ what: 'lost', value: `${count(workers)}: ${reason}` })),
    {
      what: 'not finite',
      value: `${count(result.planted)} planted, ${result.named === null ? notMeasured : `${count(result.named)} named`}${result.overtaken > 0 ? `, ${result.overtaken} overtaken` : ''}`,
    },
    { what: 'exploded', value: count(result.exploded) },
    { what: 'clip rate', value: clipRate === null ? notMeasured : `${(100 * clipRate).toFixed(0)} %` },
    {
      what: 'errors',
      value: `norm ${error(result.maxNormError)}, clip coefficient ${error(result.maxCoefficientError)} at most, relative to float64`,
    },
  ];
}

/** Says which limit was broken, and by what. */
export function formatBroken({ limit, wanted, got }: Broken): string {
  return `limit broken: ${limit}: allowed ${wanted}, got ${got === null ? notMeasured : Number(got.toPrecision(4))}`;
}

/** Writes a result as lines. */
export function formatLines(result: ClippingResult): string[] {
  const rows = rowsOf(result).map(({ what, value }) => `${what.padEnd(20)} ${value}`);
  return [...rows, ...result.broken.map(formatBroken)];
}

/** Writes a result as Markdown. */
export function formatSummary(result: ClippingResult): string {
  const rows = rowsOf(result).map(({ what, value }) => `| ${what} | ${value} |`);
  const verdict =
    result.broken.length === 0
      ? 'All limits were kept.'
      : result.broken.map((each) => `- ${formatBroken(each)}`).join('\n');
  return ['## bridle bench clipping', '', '| what | result |', '| --- | --- |', ...rows, '', verdict, ''].join('\n');
}
