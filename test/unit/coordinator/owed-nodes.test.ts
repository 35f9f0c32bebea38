// Memory is spent on tree nodes that are owed, and on nothing else; what comes twice is counted.
import { describe, expect, it } from 'vitest';
import { isOwed } from '../../../src/coordinator/core/answers.js';
import { Story } from './core-story.js';

const node = (level: number, index: number): { level: number; index: number } => ({ level, index });

/** Rank 0 has shards 0 and 1 of 4, rank 1 the others. */
function begun(): { story: Story; arrival: { rank: number; leaseId: number; step: number } } {
  const story = new Story({ minWorkers: 2 });
  story.join(0, 1);
  return { story, arrival: { rank: 0, leaseId: story.lease(0).leaseId, step: 0 } };
}

describe('a node', () => {
  it('is owed from the reports on until it is in', () => {
    const { story, arrival } = begun();
    const isOpen = (): boolean => isOwed(story.core, { ...arrival, node: node(1, 0) });
    expect(isOpen()).toBe(false);
    story.report(story.lease(0));
    expect(isOpen()).toBe(true);
    story.send({ type: 'node', ...arrival, node: node(1, 0) });
    expect(isOpen()).toBe(false);
  });

  it.each([
    ['another node', { node: node(0, 0) }],
    ['a node outside the tree', { node: node(0xffff_ffff, 0xffff_ffff) }],
    ['another worker', { rank: 1 }],
    ['another lease', { leaseId: 99 }],
    ['another step', { step: 1 }],
  ])('is not owed for %s', (_what, change) => {
    const { story, arrival } = begun();
    story.report(story.lease(0));
    expect(isOwed(story.core, { ...arrival, node: node(1, 0), ...change })).toBe(false);
  });

  it('that comes again while its lease owes another is counted and dropped, no fault', () => {
    const story = new Story();
    story.join(0);
    const { rank, leaseId } = story.lease(0);
    story.report(story.lease(0), { 3: { nonFinite: 'head.bias' } }); // 1/0 and 0/2 are owed
    const send = (): string[] =>
      story.send({ type: 'node', rank, leaseId, step: 0, node: node(1, 0) }).map(({ type }) => type);
    expect(send()).toEqual(['keepNode']);
    expect(send()).toEqual(['dropNode']);
    expect(story.core.staleAnswers).toBe(1);
    expect(isOwed(story.core, { rank, leaseId, step: 0, node: node(0, 2) })).toBe(true);
  });
});
