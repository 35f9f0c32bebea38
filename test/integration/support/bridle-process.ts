// A real `bridle` process: started with --json, watched event by event, ended whatever happens.
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createInterface } from 'node:readline';
import type { RunEvent } from '../../../src/metrics/events.js';

const main = fileURLToPath(new URL('../../../dist/cli/main.js', import.meta.url));
const running = new Set<BridleProcess>();

type EventOf<Name extends RunEvent['event']> = Extract<RunEvent, { event: Name }>;

export class BridleProcess {
  readonly events: RunEvent[] = [];
  readonly child: ChildProcess;
  stderr = '';
  #hasClosed = false;
  readonly #exit: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  readonly #listeners = new Set<() => void>();

  constructor(
    args: readonly string[],
    options: {
      readonly cwd: string;
      readonly env?: Record<string, string>;
      readonly node?: string;
      /** Words before the command, which end in becoming it (`ip netns exec NAME`). */
      readonly through?: readonly string[];
      /** A program in the place of node and bridle's own, which prints the same events. */
      readonly program?: string;
    },
  ) {
    if (!existsSync(main)) throw new Error('dist/ is missing: run npm run build first');
    const own = options.program === undefined ? [options.node ?? process.execPath, main] : [options.program];
    const [program = '', ...words] = [...(options.through ?? []), ...own, ...args];
    this.child = spawn(program, words, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running.add(this);
    if (this.child.stdout) {
      createInterface({ input: this.child.stdout }).on('line', (line) => {
        this.events.push(JSON.parse(line) as RunEvent);
        for (const notify of this.#listeners) notify();
      });
    }
    this.child.stderr?.on('data', (chunk: Buffer) => {
      this.stderr += chunk.toString();
      for (const listener of this.#listeners) listener();
    });
    this.#exit = new Promise((resolve) =>
      this.child.once('close', (code, by) => {
        running.delete(this);
        this.#hasClosed = true; // all that it printed has been read
        resolve({ code, signal: by });
        for (const listener of this.#listeners) listener();
      }),
    );
  }

  /** Waits for an event; fails with all that was printed when the process ends or the deadline passes first. */
  event<Name extends RunEvent['event']>(
    name: Name,
    matches: (event: EventOf<Name>) => boolean = () => true,
    deadlineMs = 60_000,
  ): Promise<EventOf<Name>> {
    const isWanted = (event: RunEvent): event is EventOf<Name> =>
      event.event === name && matches(event as EventOf<Name>);
    return this.#wait(`event "${name}"`, () => this.events.find(isWanted), deadlineMs);
  }

  /** Waits for a text on stderr. */
  printed(text: string, deadlineMs = 60_000): Promise<true> {
    return this.#wait(`"${text}" on stderr`, () => this.stderr.includes(text) || undefined, deadlineMs);
  }

  #wait<Value>(what: string, find: () => Value | undefined, deadlineMs: number): Promise<Value> {
    return new Promise((resolve, reject) => {
      const stop = (): void => {
        clearTimeout(timer);
        this.#listeners.delete(check);
      };
      const check = (): void => {
        const found = find();
        if (found === undefined && !this.#hasClosed) return;
        stop();
        if (found === undefined) reject(new Error(`ended before ${what} came\n${this.report()}`));
        else resolve(found);
      };
      const timer = setTimeout(() => {
        stop();
        reject(new Error(`${what} did not come within ${deadlineMs} ms\n${this.report()}`));
      }, deadlineMs);
      this.#listeners.add(check);
      check();
    });
  }

  async exit(deadlineMs = 120_000): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`did not end within ${deadlineMs} ms\n${this.report()}`)), deadlineMs);
    });
    try {
      return await Promise.race([this.#exit, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Waits for a clean end and returns its `done` event. */
  async done(deadlineMs = 150_000): Promise<EventOf<'done'>> {
    const { code } = await this.exit(deadlineMs);
    const done = this.events.find((event): event is EventOf<'done'> => event.event === 'done');
    if (code !== 0 || !done) throw new Error(`ended with code ${code}\n${this.report()}`);
    return done;
  }

  /** Process ids of the local workers, oldest first. */
  workers(): number[] {
    return readdirSync('/proc')
      .filter((entry) => /^\d+$/.test(entry) && isChildOf(Number(entry), this.child.pid ?? -1))
      .map(Number)
      .sort((a, b) => a - b);
  }

  report(): string {
    return `${this.events
      .slice(-12)
      .map((event) => JSON.stringify(event))
      .join('\n')}\nstderr: ${this.stderr.slice(-3000)}`;
  }
}

function isChildOf(pid: number, parent: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) \S+ /s, '')
      .startsWith(`${parent} `);
  } catch {
    return false; // it has ended meanwhile
  }
}

/** Ends every process that a test left behind; call it in afterEach. */
export async function endAll(): Promise<void> {
  for (const bridle of running) {
    for (const pid of bridle.workers()) signal(pid, 'SIGKILL');
    bridle.child.kill('SIGKILL');
    await bridle.exit().catch(() => undefined);
  }
}

export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
