// Cuts data that name no splits: the first part trains, then comes the validation part, the last part tests.
import { ConfigError } from '../errors.js';
import type { SplitName } from './dataset.js';

export interface SplitFractions {
  /** Share of the examples (or rows) that choose the best checkpoint; 0: none. */
  readonly validFraction: number;
  readonly testFraction: number;
}

/** Where each part of `size` things begins: train from 0, then valid, then test up to `size`. */
export interface OrderedSplits {
  readonly valid: number;
  readonly test: number;
}

/** Counts whole things: the parts for validation and test are rounded down, and at least 1 where their share is above 0. */
export function splitByOrder(size: number, { validFraction, testFraction }: SplitFractions): OrderedSplits {
  const count = (share: number): number => (share > 0 ? Math.max(1, Math.floor(size * share)) : 0);
  const test = size - count(testFraction);
  return { valid: test - count(validFraction), test };
}

/** Refuses data that leave nothing to train or test on. `what` says what is counted. Throws ConfigError DATA_TOO_SHORT. */
export function requireParts(path: string, what: string, counts: Readonly<Record<SplitName, number>>): void {
  if (counts.train > 0 && counts.test > 0) return;
  throw new ConfigError(
    'DATA_TOO_SHORT',
    `${path}: wanted at least one of the ${what} to train and one to test, got ${counts.train} and ${counts.test} (${counts.valid} to validate). Give more data, or other --data-valid-fraction and --data-test-fraction.`,
  );
}
