// What a load test found, as one plain value: the event `bench` of --json, and what page, summary and limits read.
import type { GradientKind } from './gradient-source.js';

/** Limits of the user; undefined: none. */
export interface Limits {
  readonly maxP99Ms?: number | undefined;
  readonly maxRssMb?: number | undefined;
  readonly maxLost?: number | undefined;
  readonly minStepsPerSecond?: number | undefined;
  readonly maxCoefficientError?: number | undefined;
  readonly maxP99PerTcp?: number | undefined;
}

/** How long a plain HTTP request waited for a process, and its memory. */
export interface ProcessFigures {
  readonly answerP50Ms: number | null;
  readonly answerP99Ms: number | null;
  readonly answerMaxMs: number | null;
  readonly rssPeakBytes: number | null;
}

export interface Broken {
  /** The flag, or what must hold without one. */
  readonly limit: string;
  readonly wanted: number;
  readonly got: number | null;
}

/** `null`: not measured (with --join the coordinator is somebody else's; memory needs Linux). */
export interface ClippingResult {
  readonly event: 'bench';
  readonly bench: 'clipping';
  readonly workers: number;
  readonly processes: number;
  readonly parameters: number;
  readonly shards: number;
  readonly steps: number;
  readonly warmup: number;
  readonly gradients: GradientKind;
  readonly seed: number;
  /** From the first fork until all workers were welcomed. */
  readonly joinedMs: number | null;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  readonly stepsPerSecond: number;
  /** WebSocket messages, over the whole run. */
  readonly bytesToWorkers: number;
  readonly bytesFromWorkers: number;
  /** Unplanned; the planned ones are dropped and left. */
  readonly lost: number;
  readonly lossReasons: readonly { readonly reason: string; readonly workers: number }[];
  readonly dropped: number;
  readonly left: number;
  readonly slowed: number;
  readonly exploded: number;
  /** Gradients sent with a NaN; each must be named by a `non-finite` event. */
  readonly planted: number;
  readonly named: number | null;
  /** Sent with a NaN as well, but taken back before that was known: not among the planted. */
  readonly overtaken: number;
  readonly clipRate: number | null;
  readonly maxNormError: number | null;
  readonly maxCoefficientError: number | null;
  readonly coordinator: ProcessFigures | null;
  readonly idle: ProcessFigures | null;
  /** Gradients that the coordinator held at once, at most. */
  readonly gradientsHeld: number | null;
  /** Peak memory of the coordinator beyond what it had before anybody joined and the gradients that it held at once, for each worker. */
  readonly rssPerWorkerBytes: number | null;
  readonly tcpP50Ms: number;
  readonly tcpP99Ms: number;
  readonly p99PerTcp: number;
  readonly broken: readonly Broken[];
}

/** Series for the charts. */
export interface ClippingSeries {
  /** Milliseconds of each measured step. */
  readonly stepMs: readonly number[];
  readonly tcpMs: readonly number[];
  /** Of each measured step; empty with --join. */
  readonly gradNorms: readonly number[];
  readonly clipCoefficients: readonly number[];
  /** Of the coordinator, about ten a second, from its start: seconds, MB, milliseconds; empty with --join. */
  readonly rssMb: readonly (readonly [seconds: number, value: number])[];
  readonly answerMs: readonly (readonly [seconds: number, value: number])[];
}

/** Finds the limits that a result breaks. A planted NaN that nobody named is one, flag or not; what was not measured breaks its limit. */
export function findBroken(result: Omit<ClippingResult, 'broken'>, limits: Limits): Broken[] {
  const { planted, named, coordinator } = result;
  const peakBytes = coordinator?.rssPeakBytes ?? null;
  const rssMb = peakBytes === null ? null : peakBytes / 1e6;
  const most = (limit: string, wanted: number | undefined, got: number | null): Broken[] =>
    wanted === undefined || (got !== null && got <= wanted) ? [] : [{ limit, wanted, got }];
  const least = (limit: string, wanted: number | undefined, got: number | null): Broken[] =>
    wanted === undefined || (got !== null && got >= wanted) ? [] : [{ limit, wanted, got }];
  return [
    ...most('--max-p99-ms', limits.maxP99Ms, result.p99Ms),
    ...most('--max-rss-mb', limits.maxRssMb, rssMb),
    ...most('--max-lost', limits.maxLost, result.lost),
    ...least('--min-steps-per-second', limits.minStepsPerSecond, result.stepsPerSecond),
    ...most('--max-coefficient-error', limits.maxCoefficientError, result.maxCoefficientError),
    ...most('--max-p99-per-tcp', limits.maxP99PerTcp, result.p99PerTcp),
    ...(named === null ? [] : least('every planted NaN named', planted, named)),
  ];
}
