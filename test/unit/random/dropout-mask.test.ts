import { describe, expect, it } from 'vitest';
import { drawMask, dropoutKeys, dropoutScale } from '../../../src/random/dropout-mask.js';
import type { RandomKey } from '../../../src/random/philox.js';
import { randomStream } from '../../../src/random/random-stream.js';

const draws = { seed: 42, step: 7, exampleIds: [30, 10, 20] };
const lengths = Int32Array.of(5, 3, 4);

function keysByExample(exampleIds: readonly number[], step = 7, seed = 42): Map<number, string> {
  const keys = dropoutKeys(2, { rows: exampleIds.length, lengths, draws: { seed, step, exampleIds } });
  return new Map(exampleIds.map((id, row) => [id, [0, 1].map((mask) => keyOf(keys, mask, row, 3)).join(' ')]));
}

function keyOf(keys: Uint32Array, mask: number, row: number, rows: number): RandomKey {
  const at = 2 * (mask * rows + row);
  return [keys[at]!, keys[at + 1]!];
}

function maskOf(key: RandomKey, count: number, dropout: number): Float32Array {
  const mask = new Float32Array(count).fill(NaN);
  drawMask(key, count, dropout, (i, factor) => (mask[i] = factor));
  return mask;
}

describe('the masks of dropout', () => {
  it('follow seed, step, example and layer, not the row or the neighbours', () => {
    const keys = keysByExample([30, 10, 20]);
    const turned = keysByExample([20, 30, 10]);
    for (const [id, key] of keys) expect(turned.get(id)).toBe(key);
    const all = [keys, keysByExample([30, 10, 20], 8), keysByExample([30, 10, 20], 7, 43)].flatMap((each) =>
      [...each.values()].flatMap((pair) => pair.split(' ')),
    );
    expect(new Set(all).size).toBe(all.length);
  });

  it('are the stream (seed, "dropout", step, example, layer): a word below p 2^32 leaves a value out', () => {
    const [key] = [keyOf(dropoutKeys(2, { rows: 3, lengths, draws }), 1, 2, 3)];
    const stream = randomStream(42, 'dropout', 7, 20, 1);
    const expected = Float32Array.from({ length: 10 }, () =>
      stream.uint32() < 0.25 * 2 ** 32 ? 0 : Math.fround(1 / 0.75),
    );
    expect(maskOf(key, 10, 0.25)).toEqual(expected);
  });

  it('keep the share that is asked for, and the expectation', () => {
    const mask = maskOf([1, 2], 100_000, 0.3);
    const kept = mask.filter((factor) => factor !== 0);
    expect(kept.length / mask.length).toBeCloseTo(0.7, 2);
    expect(new Set(kept)).toEqual(new Set([dropoutScale(0.3)]));
  });

  it('draw nothing for padding rows, and refuse a batch that does not say where it stands', () => {
    const keys = dropoutKeys(1, { rows: 2, lengths: Int32Array.of(0, 1), draws: { ...draws, exampleIds: [] } });
    expect([...keys.slice(0, 2)]).toEqual([0, 0]);
    expect(() => dropoutKeys(1, { rows: 3, lengths })).toThrow(
      expect.objectContaining({ code: 'MODEL_DRAWS_MISSING' }),
    );
  });
});
