// A process watched from outside: its memory (/proc) and how long its event loop lets a plain HTTP request wait.
import { readFileSync } from 'node:fs';
import { get } from 'node:http';
import { monotonicMs } from './swarm-messages.js';

export interface Memory {
  readonly rssBytes: number;
  readonly peakBytes: number;
}

export interface Watched {
  readonly at: number;
  /** Resident memory, now and at most so far; undefined where there is no /proc. */
  readonly memory: Memory | undefined;
  /** From the request to the whole answer; undefined: there was none within 10 s. */
  readonly answerMs: number | undefined;
}

const everyMs = 100;
const answerTimeoutMs = 10_000;

/** Reads the resident memory of a process from /proc; undefined where there is none. */
export function readMemory(processId: number): Memory | undefined {
  try {
    const status = readFileSync(`/proc/${processId}/status`, 'utf8');
    const bytes = (field: string): number =>
      1024 * Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]);
    const memory = { rssBytes: bytes('VmRSS'), peakBytes: bytes('VmHWM') };
    return Number.isFinite(memory.rssBytes + memory.peakBytes) ? memory : undefined; // a dead process has no such lines
  } catch {
    return undefined; // it has ended, or this is no Linux
  }
}

export class ProcessWatch {
  readonly samples: Watched[] = [];
  readonly #processId: number;
  readonly #url: string;
  #isOver = false;
  readonly #ended: Promise<void>;

  /** Asks `url` every 100 ms, or as soon as the question before is answered; the answer's content does not matter. */
  constructor(processId: number, url: string) {
    this.#processId = processId;
    this.#url = url.replace(/^ws:/, 'http:');
    this.#ended = this.#watch();
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    await this.#ended;
  }

  async #watch(): Promise<void> {
    while (!this.#isOver) {
      const at = monotonicMs();
      const answerMs = await timeOfAnswer(this.#url);
      this.samples.push({ at, memory: readMemory(this.#processId), answerMs });
      const rest = everyMs - (monotonicMs() - at);
      if (rest > 0) await new Promise((resolve) => setTimeout(resolve, rest));
    }
  }
}

/** Times one request over a connection of its own: it waits in the server's event loop behind all other work. */
function timeOfAnswer(url: string): Promise<number | undefined> {
  const start = monotonicMs();
  return new Promise((resolve) => {
    const request = get(url, { agent: false, timeout: answerTimeoutMs }, (response) => {
      response.resume();
      response.once('end', () => resolve(monotonicMs() - start));
      response.once('error', () => resolve(undefined));
    });
    request.once('timeout', () => request.destroy());
    request.once('error', () => resolve(undefined));
  });
}
