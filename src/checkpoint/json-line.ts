// JSON that holds every number: NaN and the infinities are written as strings ("NaN"), which plain JSON would turn to null.
import { z } from 'zod';

export function encodeJson(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) =>
    typeof item === 'number' && !Number.isFinite(item) ? String(item) : item,
  );
}

/** A number as `encodeJson` writes it. */
export const anyNumber = z.union([
  z.number(),
  z.enum(['NaN', 'Infinity', '-Infinity']).transform((text) => Number(text)),
]);
