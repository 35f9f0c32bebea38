// The coordinator under load: an unchanged `bridle coordinator` in a process of its own, known by its events.
import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { BridleError, exitCodes } from '../errors.js';
import type { PayloadChoice } from '../protocol/payload.js';
import type { WireDtype } from '../protocol/wire-dtype.js';
import type { ProbedStep } from './exchange-probe.js';
import type { CommittedEvent, RunEvent } from '../metrics/events.js';

export interface CoordinatorProcessOptions {
  /** The executable, dist/cli/main.js. */
  readonly bridleMain: string;
  readonly workers: number;
  readonly shards: number;
  readonly parameters: number;
  /** All steps, the warm-up included. */
  readonly steps: number;
  readonly seed: number;
  /** An empty folder for the run. */
  readonly folder: string;
  readonly payload?: PayloadChoice;
  readonly wire?: WireDtype;
  /** Is told of each step's exchange. */
  readonly onExchange?: (step: ProbedStep) => void;
}

const probe = new URL('./exchange-probe.js', import.meta.url).href;

/** Threshold of the coordinator's clipping, its default. */
export const maxNorm = 1;
/** `--min-workers` takes no more. */
const mostMinWorkers = 1024;
const lastWordsMs = 2000;

/** Units of a one-layer tanh RNN on the adding problem that has about so many parameters: H^2 + 5 H + 1. */
export function hiddenSizeFor(parameters: number): number {
  const root = (Math.sqrt(25 + 4 * (parameters - 1)) - 5) / 2;
  return Math.max(1, Math.round(root));
}

export class CoordinatorProcess {
  readonly committed: CommittedEvent[] = [];
  /** (step, shard) that a `non-finite` event named; steps count from 0. */
  readonly named = new Set<string>();
  readonly #child: ChildProcess;
  readonly #listening: Promise<string>;
  readonly #done: Promise<void>;
  #stderr = '';
  #error = '';
  #isStopping = false;

  constructor(options: CoordinatorProcessOptions) {
    const { onExchange } = options;
    const probing = onExchange ? ['--import', probe] : [];
    this.#child = spawn(process.execPath, [...probing, options.bridleMain, ...argumentsOf(options)], {
      stdio: ['ignore', 'pipe', 'pipe', ...(onExchange ? (['ipc'] as const) : [])],
      env: ownEnvironment(),
    });
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      this.#stderr = `${this.#stderr}${chunk.toString()}`.slice(-4000);
    });
    if (onExchange) this.#child.on('message', (step: ProbedStep) => onExchange(step));
    const ended = new Promise<string>((resolve) => {
      this.#child.once('error', (cause) => resolve(`could not be started: ${cause.message}`));
      this.#child.once('close', (code, signal) =>
        resolve(signal === null ? `ended with code ${code}` : `was ended by ${signal}`),
      );
    });
    this.#listening = new Promise((resolve, reject) => {
      if (this.#child.stdout)
        createInterface({ input: this.#child.stdout }).on('line', (line) => {
          const event = JSON.parse(line) as RunEvent;
          if (event.event === 'listening') resolve(event.urls[0] ?? '');
          this.#onEvent(event);
        });
      void ended.then((how) => reject(this.#failure(how)));
    });
    this.#listening.catch(() => undefined);
    this.#done = ended.then((how) => {
      if (how !== 'ended with code 0' && !this.#isStopping) throw this.#failure(how);
    });
    this.#done.catch(() => undefined);
  }

  get processId(): number {
    return this.#child.pid ?? -1;
  }

  /** Resolves with what workers join. */
  get listening(): Promise<string> {
    return this.#listening;
  }

  /** Resolves when the run is finished; rejects when the coordinator gave up. */
  get done(): Promise<void> {
    return this.#done;
  }

  /** What ended the run: when this process gave up, its workers were only the first to say so. */
  async ownReason(error: unknown): Promise<unknown> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<unknown>((resolve) => (timer = setTimeout(() => resolve(error), lastWordsMs)));
    const own = this.#done.then(
      () => error,
      (reason: unknown) => reason,
    );
    const reason = await Promise.race([own, late]);
    clearTimeout(timer);
    return reason;
  }

  /** Ends the process at once. */
  async kill(): Promise<void> {
    this.#isStopping = true;
    this.#child.kill('SIGKILL');
    await this.#done.catch(() => undefined); // how it ended has been told already
  }

  #onEvent(event: RunEvent): void {
    if (event.event === 'committed') this.committed.push(event);
    if (event.event === 'non-finite') this.named.add(`${event.step}/${event.shard}`);
    if (event.event === 'error') this.#error = `${event.code}: ${event.message}`;
  }

  #failure(how: string): BridleError {
    const said = this.#error || this.#stderr.trim() || 'It said nothing.';
    return new BridleError('LOADTEST_COORDINATOR', `The coordinator ${how}. ${said}`, exitCodes.unexpected);
  }
}

function argumentsOf({ payload = 'auto', wire = 'f32', ...options }: CoordinatorProcessOptions): string[] {
  const { workers, shards, parameters, steps, seed, folder } = options;
  const flags: Readonly<Record<string, string | number>> = {
    '--data': 'adding',
    '--data-length': 2,
    '--data-examples': shards,
    '--cell': 'rnn',
    '--hidden-size': hiddenSizeFor(parameters),
    '--recurrent-initializer': 'glorot-uniform', // an orthogonal matrix of thousands would take minutes
    '--global-batch': shards,
    '--shards': shards,
    '--steps': steps,
    '--seed': seed,
    '--clip': 'global-norm',
    '--max-norm': maxNorm,
    '--on-nonfinite': 'recompute',
    '--evaluate-every': 0,
    '--save-every': 0,
    '--min-workers': Math.min(workers, mostMinWorkers),
    '--payload': payload,
    '--wire': wire,
    '--listen': '127.0.0.1:0',
    '--out': folder,
  };
  return [
    'coordinator',
    '--json',
    '--quiet',
    ...Object.entries(flags).flatMap(([flag, value]) => [flag, String(value)]),
  ];
}

/** The user's BRIDLE_ variables are meant for the load test, not for the coordinator that it starts. */
function ownEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('BRIDLE_')));
}
