// Where a value came from, and which source wins: flag > environment > config file > resumed run > default.
import { flagOf } from './option.js';

export type Source =
  | { readonly kind: 'flag'; readonly flag: string }
  | { readonly kind: 'environment'; readonly variable: string }
  /** `place` is `run.yaml:3:1`; `key` may be `clip.maxNorm`. */
  | { readonly kind: 'file'; readonly key: string; readonly place: string }
  | { readonly kind: 'run' }
  | { readonly kind: 'default' };

export const fromDefault: Source = { kind: 'default' };
export const fromRun: Source = { kind: 'run' };

const ranks = { default: 0, run: 1, file: 2, environment: 3, flag: 4 } as const;

/** Orders sources: of two values that exclude each other, the one of the higher rank holds. */
export function rankOf(source: Source): number {
  return ranks[source.kind];
}

/** Says whether somebody gave the value for this start. */
export function isGiven({ kind }: Source): boolean {
  return kind === 'flag' || kind === 'environment' || kind === 'file';
}

/** Spells an option the way the user did. */
export function spell(name: string, source: Source): string {
  if (source.kind === 'flag') return source.flag;
  if (source.kind === 'environment') return source.variable;
  return source.kind === 'file' ? `${source.place} ${source.key}` : flagOf(name);
}

/** Names a source in config.yaml. */
export function describeSource(source: Source): string {
  if (source.kind === 'flag') return `from ${source.flag}`;
  if (source.kind === 'environment') return `from ${source.variable}`;
  if (source.kind === 'file') return `from ${source.place}`;
  return source.kind === 'run' ? 'from the resumed run' : 'default';
}
