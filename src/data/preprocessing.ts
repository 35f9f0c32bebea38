// How a user's raw values became numbers, as a plain value: kept in every checkpoint, for whoever uses the model later.
import { isDeepStrictEqual } from 'node:util';

/** A value `x` of a column enters the model as `fround((x - shift) / scale)`, and a prediction `y` means `y * scale + shift`. */
export interface ColumnScaling {
  readonly name: string;
  readonly shift: number;
  readonly scale: number;
}

export interface Preprocessing {
  readonly version: 1;
  /** Text: every character, in the order of the ids. */
  readonly vocabulary?: string;
  /** Tables: what enters at each step, what is predicted, and how many rows after the last step. */
  readonly inputs?: readonly ColumnScaling[];
  readonly targets?: readonly ColumnScaling[];
  readonly horizon?: number;
}

/** Says in which part two preprocessings differ; undefined when inputs and outputs mean the same under both. */
export function differenceOf(before: unknown, now: object | undefined): string | undefined {
  if (isDeepStrictEqual(before, now)) return undefined;
  const [old, current] = [before ?? {}, now ?? {}] as Readonly<Record<string, unknown>>[];
  const keys = new Set([...Object.keys(old!), ...Object.keys(current!)]);
  return [...keys].find((key) => !isDeepStrictEqual(old![key], current![key]));
}
