// Where events become visible: JSON lines on stdout, and for people a progress line or plain lines.
import type { DoneEvent, RunEvent } from '../../metrics/events.js';
import { formatEvent } from './format-event.js';
import { formatProgress, formatStep, isLogged } from './format-progress.js';
import { formatSummary } from './format-summary.js';
import { formatJsonLine } from './json-line.js';
import { emptyView, observe } from './run-view.js';

/** A stream as far as output needs it. */
export interface Out {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export interface OutputOptions {
  readonly command: string;
  readonly stdout: Out;
  readonly stderr: Out;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly json: boolean;
  readonly quiet: boolean;
  /** Steps between plain lines; 0: about 20 an epoch. */
  readonly logEvery: number;
  readonly nowMs: () => number;
}

export interface RunOutput {
  readonly onEvent: (event: RunEvent) => void;
  /** Prints a line for people at once; quiet mode does not hide it. */
  say(text: string): void;
  /** Prints the end of the run. */
  finish(done: DoneEvent): void;
  /** Takes the progress line off the terminal, before something else is written. */
  clear(): void;
}

const redrawMs = 100;
const eraseLine = '\r\u001b[2K';

/** Says whether a line may be redrawn in place. */
export function isLive({ stderr, env }: Pick<OutputOptions, 'stderr' | 'env'>): boolean {
  const isCi = env.CI !== undefined && !['', '0', 'false'].includes(env.CI);
  return stderr.isTTY === true && !isCi && env.TERM !== 'dumb';
}

/** Makes the output of one run. */
export function createRunOutput(options: OutputOptions): RunOutput {
  const { stdout, stderr, json, quiet, nowMs } = options;
  const people = json ? stderr : stdout;
  const isProgressShown = isLive(options) && !quiet;
  let view = emptyView;
  let drawnAt = -Infinity;
  let isDrawn = false;
  let isDoneWritten = false;

  function clear(): void {
    if (isDrawn) stderr.write(eraseLine);
    isDrawn = false;
  }
  function draw(isDue: boolean): void {
    const now = nowMs();
    if (!isProgressShown || !view.started || (!isDue && now - drawnAt < redrawMs)) return;
    // One column is left free: a full line would wrap and could not be erased. Some terminals say 0 for "unknown".
    const columns = stderr.columns === undefined || stderr.columns === 0 ? 80 : stderr.columns;
    stderr.write(`${eraseLine}${formatProgress(view, now, columns - 1)}`);
    drawnAt = now;
    isDrawn = true;
  }
  function print(text: string, out: Out = people): void {
    clear();
    out.write(`${text}\n`);
  }
  function writeJson(event: RunEvent): void {
    if (event.event === 'error') return; // the command line writes it once, where it is caught
    if (event.event === 'done') {
      if (isDoneWritten) return;
      isDoneWritten = true;
    }
    clear();
    stdout.write(`${formatJsonLine(event)}\n`);
  }
  function show(event: RunEvent): void {
    if (event.event === 'committed') {
      if (isProgressShown) draw(false);
      else if (!quiet && isLogged(view, options.logEvery)) print(formatStep(view, nowMs()));
      return;
    }
    const line = formatEvent(event, view);
    if (line === undefined || (quiet && event.event !== 'warning')) return;
    print(line, event.event === 'warning' ? stderr : people);
    draw(true);
  }
  return {
    onEvent(event) {
      view = observe(view, event, nowMs());
      if (json) writeJson(event);
      show(event);
    },
    say: (text) => print(text, stderr),
    finish(done) {
      clear();
      if (json) writeJson(done);
      if (!quiet) print(formatSummary(done, view, options.command));
    },
    clear,
  };
}
