// Where a value came from, and which source wins: flag > environment > resumed run > default.

export type Source =
  | { readonly kind: 'flag'; readonly flag: string }
  | { readonly kind: 'environment'; readonly variable: string }
  | { readonly kind: 'run' }
  | { readonly kind: 'default' };

export const fromDefault: Source = { kind: 'default' };
export const fromRun: Source = { kind: 'run' };

const ranks = { default: 0, run: 1, environment: 2, flag: 3 } as const;

/** Orders sources: of two values that exclude each other, the one of the higher rank holds. */
export function rankOf(source: Source): number {
  return ranks[source.kind];
}

/** Names a source in config.yaml. */
export function describeSource(source: Source): string {
  if (source.kind === 'flag') return `from ${source.flag}`;
  if (source.kind === 'environment') return `from ${source.variable}`;
  return source.kind === 'run' ? 'from the resumed run' : 'default';
}
