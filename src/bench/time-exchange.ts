// One run of bridle whose workers compute nothing: an unchanged coordinator, log and digests on, and a process for each worker.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CoordinatorProcess } from '../loadtest/coordinator-process.js';
import type { ProbedStep } from '../loadtest/exchange-probe.js';
import { readMemory } from '../loadtest/process-watch.js';
import { Swarm } from '../loadtest/swarm.js';
import type { PayloadChoice } from '../protocol/payload.js';
import type { WireDtype } from '../protocol/wire-dtype.js';
import type { PhaseName } from './exchange-result.js';

export interface ExchangeShape {
  readonly workers: number;
  readonly floats: number;
  readonly payload: PayloadChoice;
  readonly dtype: WireDtype;
  /** That carry the workers; undefined: each has one of its own. */
  readonly processes?: number;
}

export interface ExchangeCounts {
  readonly warmup: number;
  readonly steps: number;
}

/** Samples of the measured steps, in milliseconds. */
export interface ExchangeTime {
  readonly floats: number;
  readonly stepMs: readonly number[];
  readonly phases: Readonly<Record<PhaseName, readonly number[]>>;
  readonly cpuSeconds: number;
  readonly peakBytes: number | null;
}

const bridleMain = fileURLToPath(new URL('../cli/main.js', import.meta.url));

/** Times the steps of a run. Throws what ended it. */
export async function timeExchange(
  { workers, floats, payload, dtype, processes = workers }: ExchangeShape,
  { warmup, steps }: ExchangeCounts,
  signal: AbortSignal,
): Promise<ExchangeTime> {
  signal.throwIfAborted();
  const folder = await mkdtemp(join(tmpdir(), 'bridle-bench-'));
  const probed: ProbedStep[] = [];
  let peakBytes: number | null = null;
  const total = warmup + steps + 1;
  const coordinator = new CoordinatorProcess({
    ...{
      bridleMain,
      workers,
      shards: workers,
      parameters: floats,
      steps: total,
      seed: 1,
      folder,
      payload,
      wire: dtype,
    },
    onExchange: (step) => {
      probed.push(step);
      peakBytes = readMemory(coordinator.processId)?.peakBytes ?? peakBytes;
    },
  });
  let swarm: Swarm | undefined;
  try {
    const url = await coordinator.listening;
    const failed = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      swarm = new Swarm({
        ...{ join: url, insecure: false, workers, processes, payload, churnRate: 0 },
        plan: { seed: 1, kind: 'fixed', explodeRate: 0, nanRate: 0 },
        rates: { slowRate: 0, dropRate: 0 },
        onStep: () => undefined,
        onLost: () => undefined, // it joins again
        onFailed: reject,
      });
    });
    await Promise.race([coordinator.done, failed]);
    await swarm?.end();
    if (!swarm) throw new Error('unreachable');
    return { ...collect(swarm, probed, warmup, steps), peakBytes };
  } catch (error) {
    throw signal.aborted ? error : await coordinator.ownReason(error);
  } finally {
    await swarm?.end();
    await coordinator.kill();
    await rm(folder, { recursive: true, force: true });
  }
}

function collect(
  { firstSeen, lastSeen, parameters }: Swarm,
  probed: readonly ProbedStep[],
  warmup: number,
  steps: number,
): Omit<ExchangeTime, 'peakBytes'> {
  const measured = probed.filter(({ step }) => step > warmup && step <= warmup + steps);
  const [first, last] = [measured[0], measured.at(-1)];
  return {
    floats: parameters,
    stepMs: measured.map(({ step }) => (firstSeen.get(step) ?? NaN) - (firstSeen.get(step - 1) ?? NaN)),
    phases: {
      upload: measured.map(({ uploadMs }) => uploadMs),
      reduce: measured.map(({ reduceMs }) => reduceMs),
      norm: measured.map(({ normMs }) => normMs),
      update: measured.map(({ updateMs }) => updateMs),
      broadcast: measured.map(({ step, endedAt }) => (lastSeen.get(step) ?? NaN) - endedAt),
    },
    cpuSeconds: ((last?.cpuSeconds ?? NaN) - (first?.cpuSeconds ?? NaN)) / (measured.length - 1),
  };
}
