// What a worker process is given by its launcher (in BRIDLE_WORKER, as JSON; the token in BRIDLE_TOKEN) and what it says back.
import type { BackendName, Execution } from '../backend/backend.js';
import type { ExitCode } from '../errors.js';
import type { PayloadChoice } from '../protocol/payload.js';

export interface WorkerProcessOptions {
  readonly join: string;
  readonly tlsCaPath?: string;
  readonly tlsFingerprint?: string;
  readonly insecure: boolean;
  readonly backend: BackendName;
  readonly execution: Execution;
  readonly threads: number;
  /** The user's own model, if the run is to train one. */
  readonly modelPath?: string;
  readonly name: string;
  readonly logPath: string;
  /** How long it is tried to reach the coordinator. */
  readonly joinTimeoutMs: number;
  readonly payload: PayloadChoice;
  readonly cacheBytes: number;
}

export type WorkerProcessReport =
  | { readonly type: 'alive' }
  | { readonly type: 'failed'; readonly code: string; readonly message: string; readonly exitCode: ExitCode };
