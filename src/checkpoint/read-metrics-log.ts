// Reading metrics.jsonl: every line that is whole; the file is not synced, so a crash may have torn one.
import { readFile } from 'node:fs/promises';
import type { RunEvent } from '../metrics/events.js';
import { readError, systemCode } from './disk-error.js';

const numbers: Readonly<Record<string, number>> = { NaN, Infinity, '-Infinity': -Infinity };

function parseLine(line: string): RunEvent | undefined {
  try {
    const value: unknown = JSON.parse(line, (_key, item: unknown) =>
      typeof item === 'string' && Object.hasOwn(numbers, item) ? numbers[item] : item,
    );
    const isEvent = typeof value === 'object' && value !== null && 'event' in value && value.event !== 'metrics-log';
    return isEvent ? (value as RunEvent) : undefined;
  } catch {
    return undefined; // torn
  }
}

/** Reads the events of a metrics log, NaN and the infinities as numbers. A missing file is an empty log. Throws DISK_READ. */
export async function readMetricsLog(path: string): Promise<RunEvent[]> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw readError(error, path);
  }
  return text.split('\n').flatMap((line) => parseLine(line) ?? []);
}
