// What the command line hands to the launcher: how a run is started, beside the options that fix its bits.
import type { Logger } from 'pino';
import type { ExecutionChoice } from '../backend/execution.js';
import type { BackendChoice, RunLocation } from '../coordinator/training-options.js';
import type { RunEvent } from '../metrics/events.js';
import type { PayloadChoice } from '../protocol/payload.js';
import type { PreparedRun } from './prepare-run.js';

/** `explicit`: somebody chose this address; a default one that is taken may be replaced by a free port. */
export type Listen =
  { readonly host: string; readonly port: number; readonly explicit: boolean } | { readonly unixPath: string };

/** What every command that runs processes has in common. */
export interface ProcessOptions {
  /** The shared secret; undefined: loopback needs none, elsewhere the coordinator makes one. */
  readonly token?: string;
  /** Plain text to other machines was accepted. */
  readonly insecure: boolean;
  readonly threads: number | 'auto';
  readonly maxRestarts: number;
  readonly payload: PayloadChoice;
  /** Aborted at the first Ctrl-C: save and stop. */
  readonly signal: AbortSignal;
  readonly onEvent: (event: RunEvent) => void;
  readonly log: Logger;
}

export interface LaunchOptions extends ProcessOptions {
  readonly location: RunLocation;
  readonly prepared: PreparedRun;
  /** Local workers; 0: all of them join from elsewhere. */
  readonly workers: number | 'auto';
  readonly listen: Listen;
  /** HOST:PORT that other machines reach the coordinator at, where that is not what it listens on. */
  readonly advertise?: string;
  readonly tls?: { readonly certPath: string; readonly keyPath: string };
  /** Steps between log lines; 0: about 20 an epoch. */
  readonly logEvery: number;
  /** File for the norms of all gradients, by step, shard and worker. */
  readonly recordGradients?: string;
  /** The text of config.yaml, for the run folder. */
  readonly configYaml: string;
  /** The command line, for run.json. It holds no secret. */
  readonly command: readonly string[];
}

export interface WorkersOptions extends ProcessOptions {
  readonly join: string;
  readonly workers: number | 'auto';
  readonly backend: BackendChoice;
  readonly execution: ExecutionChoice;
  /** The user's own model, the same as the coordinator's. */
  readonly modelPath?: string;
  readonly tlsCaPath?: string;
  readonly tlsFingerprint?: string;
  readonly name?: string;
  readonly logDir?: string;
}

/** What `bridle doctor --join` learns from a coordinator; each check says what was found. */
export interface ProbeOptions {
  readonly backend: BackendChoice;
  readonly execution: ExecutionChoice;
  readonly threads: number | 'auto';
  readonly token?: string;
  readonly tlsCaPath?: string;
  readonly tlsFingerprint?: string;
  readonly insecure: boolean;
}
export interface ProbeCheck {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
  /** The command or the step that fixes it. */
  readonly fix?: string;
  /** What was measured, in plain units. */
  readonly figures?: Readonly<Record<string, number>>;
}
