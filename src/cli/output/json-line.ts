// One event as one JSON line. NaN and infinities become strings: null would hide them, bare they are not JSON.
import type { RunEvent } from '../../metrics/events.js';

/** Writes a plain value as one line of valid JSON. */
export function formatJsonLine(value: RunEvent | Readonly<Record<string, unknown>>): string {
  return JSON.stringify(value, (_, field: unknown) =>
    typeof field === 'number' && !Number.isFinite(field) ? String(field) : field,
  );
}
