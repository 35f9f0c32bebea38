// What `bridle bench exchange` found, as one plain value: what --json prints and the table shows.
import type { PayloadChoice } from '../protocol/payload.js';
import type { WireDtype } from '../protocol/wire-dtype.js';

/** Nearest-rank percentiles over the measured steps. */
export interface PhaseTime {
  readonly p50Ms: number;
  readonly p99Ms: number;
}

export const phaseNames = ['upload', 'reduce', 'norm', 'update', 'broadcast'] as const;
export type PhaseName = (typeof phaseNames)[number];

/** `null`: not measured. */
export interface ExchangeRow {
  readonly workers: number;
  readonly floats: number;
  readonly payload: PayloadChoice;
  readonly dtype: WireDtype;
  /** A whole step: from its weights at the first worker to the next weights there. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** PyTorch over gloo: all_reduce, mean, clip_grad_norm_, fused Adam in every process; its p50. */
  readonly peerMs: number | null;
  /** Below 1, bridle is the faster one. */
  readonly perPeer: number | null;
  /** Its all_reduce alone. */
  readonly glooMs: number | null;
  /** Raw TCP moving the same bytes in the same star; its p50. So raw Unix sockets, and `ws` with nothing said over it. */
  readonly tcpMs: number;
  readonly unixMs: number;
  readonly wsMs: number;
  /** Raw TCP's time for the gradients alone, and for the weights alone, by that of the phase: 1 is as fast as raw TCP. */
  readonly uploadPerTcp: number;
  readonly broadcastPerTcp: number;
  /** Bytes of gradients and weights by p50Ms, in 10^9 a second. */
  readonly gbPerSecond: number;
  /** Processor time of the coordinator in a step. */
  readonly cpuSeconds: number;
  /** Its memory at the peak. */
  readonly peakBytes: number | null;
  readonly phases: Readonly<Record<PhaseName, PhaseTime>>;
}

export interface ExchangeMachine {
  readonly cpu: string;
  readonly cores: number;
  readonly node: string;
  readonly torch: string | null;
}

export interface ExchangeResult {
  readonly event: 'bench';
  readonly bench: 'exchange';
  readonly machine: ExchangeMachine;
  readonly rows: readonly ExchangeRow[];
}
