// The processes of light workers, seen from the load test: started, replaced when they leave, asked to go at the end.
import { fork, type ChildProcess } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { BridleError, exitCodes, TransportError } from '../errors.js';
import { processLeaves } from './fates.js';
import { monotonicMs, type FromSwarm, type SwarmProcessOptions, type ToSwarm } from './swarm-messages.js';

export interface SwarmOptions extends Omit<SwarmProcessOptions, 'firstWorker' | 'workers'> {
  readonly token?: string;
  readonly workers: number;
  readonly processes: number;
  /** Share of steps at which a process leaves with its workers and another joins. */
  readonly churnRate: number;
  /** A step's weights have reached the first worker; steps count from 0. */
  onStep(step: number): void;
  /** A worker, or a process with its workers, is lost that nobody had planned to lose. */
  onLost(who: string, reason: string): void;
  /** The load test cannot go on. */
  onFailed(error: BridleError): void;
}

export interface SwarmCounts {
  readonly lost: number;
  readonly dropped: number;
  readonly slowed: number;
  /** Workers that left with their process. */
  readonly left: number;
  readonly overtaken: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
}

const leaveTimeoutMs = 5000;
/** A few processes carry all workers: more than cores would only take turns. */
const mostProcesses = 4;

/** Processes that share so many workers. */
export function numProcesses(workers: number): number {
  return Math.min(workers, mostProcesses, Math.max(2, availableParallelism()));
}

interface SwarmProcess {
  readonly child: ChildProcess;
  readonly number: number;
  readonly workers: number;
  joinedAt: number | undefined;
  isLeaving: boolean;
  bytesIn: number;
  bytesOut: number;
}

export class Swarm {
  readonly #options: SwarmOptions;
  readonly #startedAt = monotonicMs();
  readonly #processes: SwarmProcess[] = [];
  readonly #claimed = new Set<string>();
  /** Why workers were lost that nobody had planned to lose, and how many for each reason. */
  readonly lossReasons = new Map<string, number>();
  readonly #counts = { lost: 0, dropped: 0, slowed: 0, left: 0, overtaken: 0 };
  #nextWorker = 0;
  #isEnding = false;
  /** (step, shard) of every gradient that was sent with a NaN and waited for. */
  readonly planted = new Set<string>();
  /** When the weights of each step reached the first worker, and the first of the last process. */
  readonly firstSeen = new Map<number, number>();
  readonly lastSeen = new Map<number, number>();
  parameters = 0;
  shards = 0;

  constructor(options: SwarmOptions) {
    this.#options = options;
    const { workers, processes } = options;
    for (let i = 0; i < processes; i += 1)
      this.#start(Math.floor(((i + 1) * workers) / processes) - Math.floor((i * workers) / processes));
  }

  /** Milliseconds from the first fork to the last welcome of the first processes; undefined: not all have joined. */
  get joinedMs(): number | undefined {
    const times = this.#processes.slice(0, this.#options.processes).map(({ joinedAt }) => joinedAt);
    return times.reduce<number | undefined>(
      (most, at) => (most === undefined || at === undefined ? undefined : Math.max(most, at - this.#startedAt)),
      0,
    );
  }

  get counts(): SwarmCounts {
    const sum = (pick: (process: SwarmProcess) => number): number =>
      this.#processes.reduce((total, process) => total + pick(process), 0);
    return { ...this.#counts, bytesIn: sum(({ bytesIn }) => bytesIn), bytesOut: sum(({ bytesOut }) => bytesOut) };
  }

  /** Lets every process leave; ends those that do not within 5 s. */
  async end(): Promise<void> {
    this.#isEnding = true;
    const running = this.#processes.filter(({ child }) => child.exitCode === null && child.signalCode === null);
    const ended = running.map(({ child }) => endOf(child));
    for (const process of running) this.#leave(process);
    const kill = setTimeout(() => running.forEach(({ child }) => child.kill('SIGKILL')), leaveTimeoutMs);
    await Promise.all(ended);
    clearTimeout(kill);
  }

  #start(workers: number): void {
    const { token, join, tlsCaPath, insecure, plan, recordedPath, rates, payload } = this.#options;
    const given: SwarmProcessOptions = {
      join,
      ...(tlsCaPath !== undefined && { tlsCaPath }),
      insecure,
      firstWorker: this.#nextWorker,
      workers,
      plan,
      ...(recordedPath !== undefined && { recordedPath }),
      rates,
      payload,
    };
    this.#nextWorker += workers;
    const child = fork(new URL('./swarm-main.js', import.meta.url), [], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      execArgv: [],
      env: { ...process.env, BRIDLE_TOKEN: token ?? '', BRIDLE_SWARM: JSON.stringify(given) },
    });
    const started: SwarmProcess = {
      child,
      number: this.#processes.length,
      workers,
      joinedAt: undefined,
      isLeaving: false,
      bytesIn: 0,
      bytesOut: 0,
    };
    this.#processes.push(started);
    child.on('message', (message: FromSwarm) => this.#onMessage(started, message));
    child.once('error', (cause) => this.#onExit(started, `could not be started: ${cause.message}`));
    child.once('exit', (code, signal) =>
      this.#onExit(started, signal === null ? `ended with code ${code}` : `was ended by ${signal}`),
    );
  }

  #onMessage(from: SwarmProcess, message: FromSwarm): void {
    switch (message.type) {
      case 'joined':
        from.joinedAt = message.at;
        this.parameters = message.parameters;
        this.shards = message.shards;
        return;
      case 'step':
        Object.assign(from, { bytesIn: message.bytesIn, bytesOut: message.bytesOut });
        this.#onStep(message.step, message.at);
        return;
      case 'ask':
        this.#grant(from, message);
        return;
      case 'planted':
        this.planted.add(`${message.step}/${message.shard}`);
        return;
      case 'overtaken':
        if (this.planted.delete(`${message.step}/${message.shard}`)) this.#counts.overtaken += 1;
        return;
      case 'slowed':
        this.#counts.slowed += 1;
        return;
      case 'dropped':
        this.#counts.dropped += 1;
        return;
      case 'lost':
        if (!this.#isEnding && !from.isLeaving) this.#noteLost(message.worker, message.reason, 1);
        return;
      case 'failed':
        if (!this.#isEnding) this.#options.onFailed(new TransportError(message.code, message.message));
        return;
      case 'left':
        Object.assign(from, { isLeaving: true, bytesIn: message.bytesIn, bytesOut: message.bytesOut });
    }
  }

  #noteLost(who: string, reason: string, count: number): void {
    this.#counts.lost += count;
    this.#options.onLost(who, reason);
    this.lossReasons.set(reason, (this.lossReasons.get(reason) ?? 0) + count);
  }

  #onStep(step: number, at: number): void {
    const known = this.firstSeen.get(step);
    this.firstSeen.set(step, Math.min(known ?? at, at));
    this.lastSeen.set(step, Math.max(this.lastSeen.get(step) ?? at, at));
    if (known !== undefined) return;
    this.#churn(step);
    this.#options.onStep(step);
  }

  #churn(step: number): void {
    const { plan, churnRate } = this.#options;
    for (const process of this.#processes.slice()) {
      const isThere = process.joinedAt !== undefined && !process.isLeaving && !this.#isEnding;
      if (!isThere || !processLeaves(plan.seed, churnRate, step, process.number)) continue;
      this.#counts.left += process.workers;
      this.#leave(process);
      this.#start(process.workers);
    }
  }

  #grant(to: SwarmProcess, { id, step, shard }: Extract<FromSwarm, { type: 'ask' }>): void {
    const key = `${step}/${shard}`;
    const isGranted = !this.#claimed.has(key);
    this.#claimed.add(key);
    this.#tell(to, { type: 'granted', id, isGranted });
  }

  #leave(process: SwarmProcess): void {
    process.isLeaving = true;
    this.#tell(process, { type: 'leave' });
  }

  #tell({ child }: SwarmProcess, message: ToSwarm): void {
    if (child.connected) child.send(message, () => undefined); // it may end meanwhile: its exit follows
  }

  #onExit(process: SwarmProcess, how: string): void {
    if (process.isLeaving || this.#isEnding) return;
    process.isLeaving = true;
    this.#noteLost('a process', how, process.workers);
    const message = `A process of ${process.workers} light workers (pid ${process.child.pid}) ${how}. What it printed stands above.`;
    this.#options.onFailed(new BridleError('LOADTEST_PROCESS', message, exitCodes.unexpected));
  }
}

/** Waits until a process has ended and its last message is here: either may come first. */
async function endOf(child: ChildProcess): Promise<void> {
  const exit = new Promise((resolve) => child.once('exit', resolve));
  const silence = child.connected ? new Promise((resolve) => child.once('disconnect', resolve)) : undefined;
  await Promise.all([exit, silence]);
}
