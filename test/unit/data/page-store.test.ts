import { expect, it } from 'vitest';
import { PageStore, StoredBytes } from '../../../src/data/page-store.js';

/** 32-bit words that tell where they lie. */
function words(from: number, count: number): Uint32Array<ArrayBuffer> {
  const made = new Uint32Array(count);
  for (let i = 0; i < count; i++) made[i] = (from + i) * 2654435761;
  return made;
}

it('gives back what was appended, in memory or from disk, from any place', () => {
  for (const megabytes of [1, 2, 100]) {
    const store = new PageStore(megabytes << 20);
    const [one, two] = [new StoredBytes(store), new StoredBytes(store)];
    for (let at = 0; at < 1_500_000; at += 100_000) {
      one.append(words(at, 100_000));
      two.append(words(at, 77).subarray(1));
    }
    expect(one.size).toBe(6_000_000);
    for (const [from, count] of [
      [0, 10],
      [262_140, 10],
      [524_280, 600_000],
      [1_499_999, 1],
      [3, 1_499_997],
    ] as const) {
      const read = new Uint32Array(one.read(4 * from, 4 * count).buffer);
      expect(Buffer.compare(Buffer.from(read.buffer), Buffer.from(words(from, count).buffer))).toBe(0);
    }
    expect(new Uint32Array(two.read(4 * 76, 8).buffer)).toEqual(words(100_001, 2));
    store.close();
  }
});

it('refuses to read beyond its end', () => {
  const bytes = new StoredBytes(new PageStore());
  bytes.append(new Uint8Array(10));
  expect(() => bytes.read(5, 6)).toThrow(RangeError);
  expect(() => bytes.read(-1, 2)).toThrow(RangeError);
});
