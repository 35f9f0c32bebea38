// metrics.jsonl: one event a line for plots and scripts. Not synced: the commit log is what a run goes on from.
import { appendFileSync, closeSync, fstatSync, ftruncateSync, openSync, readSync } from 'node:fs';
import type { CommittedEvent, DiagnosisEvent, EvaluatedEvent, GradientsEvent, SpikeEvent } from '../metrics/events.js';
import { diskError } from './disk-error.js';
import { encodeJson } from './json-line.js';

export interface MetricsLog {
  /** Appends one event as a JSON line, NaN and the infinities as strings. Throws CheckpointError DISK_FULL or DISK_WRITE. */
  append(event: CommittedEvent | DiagnosisEvent | EvaluatedEvent | GradientsEvent | SpikeEvent): void;
  close(): Promise<void>;
}

/** Opens a metrics file to append to; a line that a crash tore is cut. Throws CheckpointError DISK_FULL or DISK_WRITE. */
export function openMetricsLog(path: string): MetricsLog {
  const safe = 'The commit log and the checkpoints are untouched.';
  const guarded = <T>(action: () => T): T => {
    try {
      return action();
    } catch (error) {
      throw diskError(error, path, safe);
    }
  };
  const fd = guarded(() => openSync(path, 'a+'));
  const writeLine = (value: unknown) => guarded(() => appendFileSync(fd, `${encodeJson(value)}\n`));
  if (guarded(() => cutTornLine(fd)) === 0) writeLine({ event: 'metrics-log', formatVersion: 1 });
  return {
    append: (event) => writeLine(event),
    close: async () => closeSync(fd),
  };
}

/** Cuts what follows the last newline; returns the size that is left. */
function cutTornLine(fd: number): number {
  const { size } = fstatSync(fd);
  const tail = Buffer.alloc(Math.min(size, 64 * 1024)); // far longer than any line
  readSync(fd, tail, 0, tail.length, size - tail.length);
  const whole = size - tail.length + tail.lastIndexOf(0x0a) + 1;
  if (whole < size) ftruncateSync(fd, whole);
  return whole;
}
