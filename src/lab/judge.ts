// What became of a trial, from its losses and its score: who survived, and who learned.

/** `failed`: it ended with an error that is not about its numbers. */
export type Verdict = 'diverged' | 'survived' | 'learned' | 'solved' | 'failed';

export interface Outcome {
  readonly losses: readonly number[];
  /** Code and exit code of the error that ended the run, if one did. */
  readonly error?: { readonly code: string; readonly exitCode: number };
  readonly score?: Score;
}

/** The last evaluation of a trial. */
export interface Score {
  readonly loss: number;
  readonly accuracy?: number;
  readonly natsPerTarget?: number;
  /** Loss of an answer without a model. */
  readonly baseline?: number;
}

/** The loss may be so many times what it was at the start before a run that did not stop counts as diverged. */
const divergedFactor = 1.5;

/**
 * Diverged: ended with a numerical error (exit code 4), or the mean loss of its last tenth is not within 1.5 times its first.
 * Solved: 99 % right, or a tenth of the baseline's loss. Learned: less than 0.8 of it. Survived: none of these.
 */
export function judgeTrial({ losses, error, score }: Outcome): Verdict {
  if (error !== undefined) return error.exitCode === 4 ? 'diverged' : 'failed';
  const tail = losses.slice(-Math.max(1, Math.floor(losses.length / 10)));
  const last = tail.reduce((sum, loss) => sum + loss, 0) / tail.length;
  if (!(last <= divergedFactor * (losses[0] ?? NaN))) return 'diverged';
  if (score === undefined) return 'survived';
  const { accuracy, baseline } = score;
  const loss = score.natsPerTarget ?? score.loss;
  const share = baseline === undefined ? 1 : loss / baseline;
  if ((accuracy ?? 0) >= 0.99 || (accuracy === undefined && share <= 0.1)) return 'solved';
  return share < 0.8 ? 'learned' : 'survived';
}
