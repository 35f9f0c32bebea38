// What a laboratory tries, as a value: rows that are runs of `bridle train`, each with its words, and where they differ.

export interface Experiment {
  readonly title: string;
  readonly about: string;
  readonly trials: readonly Trial[];
}

export interface Trial {
  readonly name: string;
  /** Flags of `bridle train`, one word each: `--cell=rnn`. */
  readonly flags: readonly string[];
  /** What the row is there to show. */
  readonly about?: string;
  /** In a sweep: the values of what varies. */
  readonly varied: Readonly<Record<string, string>>;
}

/** The command that repeats a trial alone. */
export function commandOf({ flags }: Trial): string {
  return ['bridle train', ...flags.map(quote)].join(' ');
}

function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
