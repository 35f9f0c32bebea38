import { expect, it } from 'vitest';
import type { CommitRecord } from '../../../src/checkpoint/commit-log.js';
import { Comparison } from '../../../src/library/compare-commits.js';
import type { RunEvent } from '../../../src/metrics/events.js';

const commits = ['a', 'b', 'c'].map((digest, index) => ({ step: index + 1, digest }) as CommitRecord);
const committed = (step: number, digest: string) => ({ event: 'committed', step, digest }) as RunEvent;

function compare(...digests: string[]): Comparison {
  const comparison = new Comparison(commits);
  for (const [index, digest] of digests.entries()) comparison.observe(committed(index + 1, digest));
  return comparison;
}

it('is the same when every step of the log came again', () => {
  expect(compare('a', 'b', 'c')).toMatchObject({ isSame: true, compared: 3, difference: undefined });
  expect(compare('a', 'b', 'c', 'd').isSame).toBe(true); // steps beyond the log
});

it('is over at the first step that differs, and names it', () => {
  const comparison = compare('a', 'x', 'c');
  expect(comparison).toMatchObject({ isSame: false, compared: 1, difference: { step: 2, was: 'b', is: 'x' } });
  expect(comparison.over.aborted).toBe(true);
});

it('is not the same when steps are missing', () => {
  const comparison = compare('a', 'b');
  expect(comparison).toMatchObject({ isSame: false, difference: undefined });
  expect(comparison.over.aborted).toBe(false);
});
