// Turns: what takes long is cut at the clock, in order, and can be taken back meanwhile.
import { describe, expect, it } from 'vitest';
import { Turns } from '../../../src/coordinator/turns.js';

/** Each thing takes 8 ms of a clock that nothing else moves; a turn has 20. */
function begin({ failsAt }: { readonly failsAt?: string } = {}) {
  const done: string[] = [];
  const failed: unknown[] = [];
  let now = 0;
  const turns = new Turns<string, number>({
    turnMs: 20,
    now: () => now,
    perform: (key, due) => {
      now += 8;
      if (key === failsAt) throw new Error(key);
      done.push(`${key}${due}`);
    },
    onFailed: (error) => failed.push(error),
  });
  const pass = (ms: number): void => void (now += ms);
  return { turns, done, failed, pass };
}

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('turns', () => {
  it('perform all at once while the time allows, in the order in which things came', () => {
    const { turns, done } = begin();
    for (const key of ['b', 'a', 'c']) turns.put(key, 1);
    turns.take();
    expect(done).toEqual(['b1', 'a1', 'c1']);
  });

  it('leave the rest to the next turn, whoever asks meanwhile; what is dropped or replaced is not performed', async () => {
    const { turns, done } = begin();
    for (const key of ['a', 'b', 'c', 'd', 'e', 'f']) turns.put(key, 1);
    turns.take();
    expect(done).toEqual(['a1', 'b1', 'c1']);
    turns.drop('d');
    turns.put('e', 2);
    turns.put('g', 1);
    turns.take();
    expect(done).toEqual(['a1', 'b1', 'c1']);
    expect([turns.get('d'), turns.get('e')]).toEqual([undefined, 2]);
    await nextTurn();
    expect(done.slice(3)).toEqual(['e2', 'f1', 'g1']);
    turns.put('h', 1);
    turns.clear();
    turns.take();
    expect(done).toHaveLength(6);
  });

  it('last as long as what others took meanwhile, ten times as long as usual at most', async () => {
    const { turns, done, pass } = begin();
    for (let i = 0; i < 60; i += 1) turns.put(`${i}`, 1);
    turns.take();
    expect(done).toHaveLength(3);
    pass(60);
    await nextTurn();
    expect(done).toHaveLength(3 + 8);
    pass(5000);
    await nextTurn();
    expect(done).toHaveLength(3 + 8 + 26);
  });

  it('throw what is thrown at once, and hand on what is thrown later', async () => {
    const { turns, done, failed } = begin({ failsAt: 'e' });
    for (const key of ['a', 'b', 'c', 'd', 'e', 'f']) turns.put(key, 1);
    turns.take();
    await nextTurn();
    expect(failed).toEqual([new Error('e')]);
    turns.take();
    expect(done).toEqual(['a1', 'b1', 'c1', 'd1', 'f1']);
    turns.put('e', 1);
    expect(() => turns.take()).toThrow('e');
  });
});
