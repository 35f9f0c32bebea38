// What a load test is given and what it returns.
import type { FaultRates } from './fates.js';
import type { GradientPlan } from './gradient-source.js';
import type { ClippingResult, ClippingSeries, Limits } from './result.js';

export interface ClippingOptions {
  readonly workers: number;
  readonly parameters: number;
  readonly shards: number;
  readonly steps: number;
  readonly warmup: number;
  readonly plan: GradientPlan;
  readonly recordedPath?: string;
  readonly rates: FaultRates;
  /** Share of steps at which a process leaves with its workers, and another joins. */
  readonly churnRate: number;
  readonly limits: Limits;
  /** A coordinator that is there already; undefined: one of our own. */
  readonly join?: string;
  readonly token?: string;
  readonly tlsCaPath?: string;
  readonly insecure: boolean;
  /** The executable, dist/cli/main.js. */
  readonly bridleMain: string;
  readonly signal: AbortSignal;
  /** Says what is being done, and how far it is. */
  onProgress(text: string): void;
}

export interface ClippingRun {
  readonly result: ClippingResult;
  readonly series: ClippingSeries;
}
