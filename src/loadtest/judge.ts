// From what was measured to what is reported: percentiles, errors against the reference, memory, limits.
import type { CommittedEvent } from '../metrics/events.js';
import type { ClippingOptions, ClippingRun } from './clipping-options.js';
import { maxNorm } from './coordinator-process.js';
import { createGradientSource, type GradientSource } from './gradient-source.js';
import type { Memory, Watched } from './process-watch.js';
import { readRecordedNorms } from './recorded-norms.js';
import { referenceOf, relativeError } from './reference.js';
import { findBroken, type ClippingSeries, type ProcessFigures } from './result.js';
import { percentilesOf } from './statistics.js';
import { numProcesses, type SwarmCounts } from './swarm.js';

export interface Measured {
  readonly workers: number;
  readonly parameters: number;
  readonly shards: number;
  /** The first step that was seen, from 0. */
  readonly firstStep: number;
  /** Warm-up and measured steps. */
  readonly totalSteps: number;
  /** When the weights of each step reached the first worker, in milliseconds. */
  readonly firstSeen: ReadonlyMap<number, number>;
  readonly joinedMs: number | undefined;
  readonly counts: SwarmCounts;
  /** (step, shard), as `step/shard`. */
  readonly planted: ReadonlySet<string>;
  // Of an own coordinator only:
  readonly named?: ReadonlySet<string>;
  readonly committed?: readonly CommittedEvent[];
  readonly memoryBefore?: Memory | undefined;
  /** Gradients that the coordinator held at once, at most. */
  readonly lossReasons: ReadonlyMap<string, number>;
  readonly gradientsHeld?: number;
  readonly coordinatorSamples?: readonly Watched[];
  readonly idleSamples?: readonly Watched[];
}

/** Computes the result of a load test, and the series for its charts. */
export function judge(options: ClippingOptions, measured: Measured, tcpMs: readonly number[]): ClippingRun {
  const { plan, steps, warmup, workers, recordedPath } = options;
  const { counts, parameters, shards, firstStep, planted, named } = measured;
  const recorded = recordedPath === undefined ? undefined : readRecordedNorms(recordedPath);
  const source = createGradientSource(plan, parameters, shards, recorded);
  const stepMs = latencies(measured, firstStep + warmup, steps);
  const times = percentilesOf(stepMs) ?? nothing;
  const tcp = percentilesOf(tcpMs) ?? nothing;
  const clipping = judgeClipping(source, measured, warmup);
  const coordinator = measured.coordinatorSamples ? figuresOf(measured.coordinatorSamples) : null;
  const result = {
    event: 'bench' as const,
    bench: 'clipping' as const,
    workers,
    processes: numProcesses(workers),
    parameters,
    shards,
    steps,
    warmup,
    gradients: plan.kind,
    seed: plan.seed,
    joinedMs: measured.joinedMs ?? null,
    p50Ms: times.p50,
    p95Ms: times.p95,
    p99Ms: times.p99,
    maxMs: times.max,
    stepsPerSecond: (1000 * stepMs.length) / stepMs.reduce((sum, ms) => sum + ms, 0),
    bytesToWorkers: counts.bytesIn,
    bytesFromWorkers: counts.bytesOut,
    lost: counts.lost,
    lossReasons: [...measured.lossReasons].map(([reason, lost]) => ({ reason, workers: lost })),
    dropped: counts.dropped,
    left: counts.left,
    slowed: counts.slowed,
    exploded: countExploded(source, measured),
    planted: planted.size,
    named: named ? [...planted].filter((key) => named.has(key)).length : null,
    overtaken: counts.overtaken,
    clipRate: clipping?.clipRate ?? null,
    maxNormError: clipping?.maxNormError ?? null,
    maxCoefficientError: clipping?.maxCoefficientError ?? null,
    coordinator,
    idle: measured.idleSamples ? figuresOf(measured.idleSamples) : null,
    gradientsHeld: measured.gradientsHeld ?? null,
    rssPerWorkerBytes: rssPerWorker(measured, coordinator),
    tcpP50Ms: tcp.p50,
    tcpP99Ms: tcp.p99,
    p99PerTcp: times.p99 / tcp.p99,
  };
  const measuredSteps = measured.committed?.slice(warmup) ?? [];
  return {
    result: { ...result, broken: findBroken(result, options.limits) },
    series: {
      stepMs,
      tcpMs,
      gradNorms: measuredSteps.map(({ gradNorm }) => gradNorm),
      clipCoefficients: measuredSteps.map(({ clipCoefficient }) => clipCoefficient),
      ...chartsOf(measured.coordinatorSamples ?? []),
    },
  };
}

const nothing = { p50: NaN, p95: NaN, p99: NaN, max: NaN };

/** A step lasts from its weights at the first worker to those of the next: everything in between is somebody's wait. */
function latencies({ firstSeen }: Measured, first: number, steps: number): number[] {
  return Array.from({ length: steps }, (_, i) => {
    const [from, to] = [firstSeen.get(first + i), firstSeen.get(first + i + 1)];
    return from === undefined || to === undefined ? NaN : to - from;
  }).filter((ms) => !Number.isNaN(ms));
}

/** Every step is compared, those of the warm-up too; the clip rate is that of the measured ones. */
function judgeClipping(source: GradientSource, { committed, parameters, shards }: Measured, warmup: number) {
  if (!committed) return undefined;
  const counts = new Array<number>(shards).fill(1); // one example a shard, and one target an example
  let [maxNormError, maxCoefficientError] = [0, 0];
  for (const { step, gradNorm, clipCoefficient } of committed) {
    const wanted = referenceOf(source, parameters, counts, step - 1, maxNorm);
    maxNormError = Math.max(maxNormError, relativeError(gradNorm, wanted.gradNorm));
    maxCoefficientError = Math.max(maxCoefficientError, relativeError(clipCoefficient, wanted.clipCoefficient));
  }
  const measured = committed.slice(warmup);
  const clipRate = measured.filter(({ clipCoefficient }) => clipCoefficient < 1).length / measured.length;
  return { maxNormError, maxCoefficientError, clipRate };
}

function countExploded(source: GradientSource, { firstStep, totalSteps, shards }: Measured): number {
  let exploded = 0;
  for (let step = firstStep; step < firstStep + totalSteps; step += 1)
    for (let shard = 0; shard < shards; shard += 1) if (source.isExploded(step, shard)) exploded += 1;
  return exploded;
}

function figuresOf(samples: readonly Watched[]): ProcessFigures {
  const answers = percentilesOf(samples.flatMap(({ answerMs }) => answerMs ?? []));
  const peaks = samples.flatMap(({ memory }) => memory?.peakBytes ?? []);
  return {
    answerP50Ms: answers?.p50 ?? null,
    answerP99Ms: answers?.p99 ?? null,
    answerMaxMs: answers?.max ?? null,
    rssPeakBytes: peaks.length === 0 ? null : Math.max(...peaks),
  };
}

function rssPerWorker(measured: Measured, coordinator: ProcessFigures | null): number | null {
  const { memoryBefore, gradientsHeld, workers, parameters } = measured;
  const peakBytes = coordinator?.rssPeakBytes ?? null;
  if (!memoryBefore || peakBytes === null || gradientsHeld === undefined) return null;
  return Math.max(0, peakBytes - memoryBefore.rssBytes - 4 * parameters * gradientsHeld) / workers;
}

function chartsOf(samples: readonly Watched[]): Pick<ClippingSeries, 'rssMb' | 'answerMs'> {
  const start = samples[0]?.at ?? 0;
  const seconds = ({ at }: Watched): number => (at - start) / 1000;
  return {
    rssMb: samples.flatMap((sample) =>
      sample.memory ? [[seconds(sample), sample.memory.rssBytes / 1e6] as const] : [],
    ),
    answerMs: samples.flatMap((sample) =>
      sample.answerMs === undefined ? [] : [[seconds(sample), sample.answerMs] as const],
    ),
  };
}
