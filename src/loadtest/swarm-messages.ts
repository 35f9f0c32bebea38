// What a process of light workers is given (in BRIDLE_SWARM, as JSON; the token in BRIDLE_TOKEN), and what is said over IPC.
import type { FaultRates } from './fates.js';
import type { PayloadChoice } from '../protocol/payload.js';
import type { GradientPlan } from './gradient-source.js';

export interface SwarmProcessOptions {
  readonly join: string;
  readonly tlsCaPath?: string;
  readonly insecure: boolean;
  /** Workers of this process have the numbers `firstWorker` to `firstWorker + workers - 1`. */
  readonly firstWorker: number;
  readonly workers: number;
  readonly plan: GradientPlan;
  readonly recordedPath?: string;
  readonly rates: FaultRates;
  /** `frame`: the load of workers on other machines. */
  readonly payload: PayloadChoice;
}

/** Bytes of WebSocket messages, since the process began. */
export interface Traffic {
  readonly bytesIn: number;
  readonly bytesOut: number;
}

export type FromSwarm =
  /** All workers of the process have been welcomed; times are milliseconds of the machine's monotonic clock. */
  | { readonly type: 'joined'; readonly at: number; readonly parameters: number; readonly shards: number }
  /** The weights of a step have come to the first of them. */
  | ({ readonly type: 'step'; readonly step: number; readonly at: number } & Traffic)
  /** May this gradient be computed with a NaN? It is asked once for each (step, shard), whoever computes. */
  | { readonly type: 'ask'; readonly id: number; readonly step: number; readonly shard: number }
  | { readonly type: 'planted'; readonly step: number; readonly shard: number }
  /** The lease was taken back while its report was on the way: nobody had to name it. */
  | { readonly type: 'overtaken'; readonly step: number; readonly shard: number }
  | { readonly type: 'slowed' }
  | { readonly type: 'dropped' }
  | { readonly type: 'lost'; readonly worker: string; readonly reason: string }
  | { readonly type: 'failed'; readonly code: string; readonly message: string }
  | ({ readonly type: 'left' } & Traffic);

export type ToSwarm =
  { readonly type: 'granted'; readonly id: number; readonly isGranted: boolean } | { readonly type: 'leave' };

/** Milliseconds of the machine's monotonic clock: comparable between its processes. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
