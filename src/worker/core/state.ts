// A worker's state, as plain values: one connection at a time, at most a few leases, one of them being computed.
import type { ControlBodies, ControlDraft } from '../../protocol/control.js';

export interface WorkerLease {
  readonly id: number;
  readonly body: ControlBodies['lease'];
  /** Blocks that are not here yet. */
  readonly missing: Set<string>;
}

export interface WorkerTimes {
  readonly heartbeatMs: number;
  /** Silence of the coordinator after which the connection is given up. */
  readonly silenceMs: number;
  /** How long it is tried to reach a coordinator, at the start and after a loss. */
  readonly joinTimeoutMs: number;
  readonly backoffBaseMs: number;
  readonly backoffCapMs: number;
}

export const defaultTimes: WorkerTimes = {
  heartbeatMs: 1000,
  silenceMs: 10_000,
  joinTimeoutMs: 300_000,
  backoffBaseMs: 200,
  backoffCapMs: 5000,
};

export interface WorkerCoreState {
  readonly times: WorkerTimes;
  phase: 'connecting' | 'greeting' | 'joined' | 'backoff' | 'ended';
  /** When the present attempt to reach the coordinator began. */
  tryingSince: number;
  attempts: number;
  /** When to try again; undefined: not drawn yet. */
  retryAt: number | undefined;
  lastHeard: number;
  lastHeartbeat: number;
  lastTick: number;
  /** The step whose weights are here; -1: none. */
  weightsStep: number;
  readonly leases: Map<number, WorkerLease>;
  /** The lease that the compute thread works on. Compared by identity: a restarted coordinator counts its leases from 1 again. */
  computing: WorkerLease | undefined;
  /** The lease whose reports are sent, and whose gradients wait to be asked for. */
  withheld: number | undefined;
}

export type WorkerEvent =
  | { readonly type: 'start' }
  | { readonly type: 'connected' }
  | { readonly type: 'connectFailed'; readonly code: string; readonly message: string; readonly isFinal: boolean }
  | { readonly type: 'closed'; readonly reason: string }
  | { readonly type: 'heard' }
  | { readonly type: 'welcomed' }
  | { readonly type: 'rejected'; readonly code: string; readonly message: string }
  | { readonly type: 'leased'; readonly lease: ControlBodies['lease']; readonly missing: readonly string[] }
  | { readonly type: 'revoked'; readonly leaseId: number }
  /** The gradients that this lease withholds may go out. */
  | { readonly type: 'cleared'; readonly leaseId: number }
  | { readonly type: 'weights'; readonly step: number }
  | { readonly type: 'block'; readonly name: string }
  | { readonly type: 'computed'; readonly leaseId: number }
  | { readonly type: 'stopped'; readonly code: string; readonly message: string }
  | { readonly type: 'stop' }
  /** `jitter`: a number from 0 to 1, drawn by the shell. */
  | { readonly type: 'tick'; readonly jitter: number };

export type WorkerEffect =
  | { readonly type: 'connect' }
  | { readonly type: 'hello' }
  | { readonly type: 'send'; readonly draft: ControlDraft }
  | { readonly type: 'compute'; readonly lease: ControlBodies['lease'] }
  | { readonly type: 'abandon'; readonly leaseId: number }
  /** Of a lease that waits, the reports alone are sent, and its gradients kept until `sendGradients` or `abandon`. */
  | { readonly type: 'answer'; readonly leaseId: number; readonly step: number }
  | { readonly type: 'sendGradients'; readonly leaseId: number }
  | { readonly type: 'disconnect'; readonly reason: string }
  | { readonly type: 'note'; readonly code: string; readonly message: string }
  | { readonly type: 'exit'; readonly code: string; readonly message: string; readonly isError: boolean };

export function createWorkerState(now: number, times: WorkerTimes = defaultTimes): WorkerCoreState {
  return {
    times,
    phase: 'backoff',
    tryingSince: now,
    attempts: 0,
    retryAt: undefined,
    lastHeard: now,
    lastHeartbeat: now,
    lastTick: now,
    weightsStep: -1,
    leases: new Map(),
    computing: undefined,
    withheld: undefined,
  };
}
