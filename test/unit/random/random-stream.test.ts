import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../../src/errors.js';
import { fnv1a, type RandomStream, randomStream } from '../../../src/random/random-stream.js';

function draw(count: number, next: () => number): number[] {
  return Array.from({ length: count }, next);
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

const words = (stream: RandomStream): number[] => draw(8, stream.uint32);

describe('randomStream', () => {
  it('gives these bits, on every machine and in every release', () => {
    const stream = randomStream(42, 'golden', 1, 2);
    expect([stream.uint32(), stream.uint32(), stream.uniform(), stream.normal(), stream.normal(), stream.below(10)])
      .toMatchInlineSnapshot(`
      [
        3047188987,
        558006858,
        0.6642306611193615,
        -1.4973882119884407,
        -0.18490049938259057,
        4,
      ]
    `);
  });

  it('gives the same numbers for the same name, whoever else has drawn', () => {
    const first = words(randomStream(1, 'shuffle', 3));
    draw(100, randomStream(1, 'other').uint32);
    expect(words(randomStream(1, 'shuffle', 3))).toEqual(first);
  });

  it('gives other numbers for another seed, purpose, coordinate, order or count of coordinates', () => {
    const streams = [
      randomStream(1, 'a', 1, 2),
      randomStream(1, 'a', 2, 1),
      randomStream(1, 'a', 1),
      randomStream(1, 'a', 1, 2, 0),
      randomStream(1, 'b', 1, 2),
      randomStream(2, 'a', 1, 2),
      randomStream(1 + 2 ** 32, 'a', 1, 2),
      randomStream(1, 'a', 1 + 2 ** 32, 2),
      randomStream(1, fnv1a('a'), 1, 2),
    ];
    expect(new Set(streams.map((stream) => words(stream).join())).size).toBe(streams.length);
  });

  it.each([-1, 0.5, NaN, 2 ** 53])('refuses %d as a seed or a coordinate', (bad) => {
    expect(() => randomStream(bad, 'a')).toThrow(ConfigError);
    expect(() => randomStream(1, 'a', bad)).toThrow(expect.objectContaining({ code: 'RANDOM_COORDINATE' }));
  });
});

describe('the numbers of a stream', () => {
  const count = 40_000; // standard error of a mean: 0.005 deviations

  it('are uniform in [0, 1)', () => {
    const values = draw(count, randomStream(7, 'uniform').uniform);
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values)).toBeLessThan(1);
    expect(meanOf(values)).toBeCloseTo(0.5, 2);
    expect(meanOf(values.map((value) => (value - 0.5) ** 2))).toBeCloseTo(1 / 12, 2);
  });

  it('are normal: moments, and the share within one and two deviations', () => {
    const values = draw(count, randomStream(7, 'normal').normal);
    expect(Math.abs(meanOf(values))).toBeLessThan(0.02);
    expect(meanOf(values.map((value) => value ** 2))).toBeCloseTo(1, 1);
    expect(Math.abs(meanOf(values.map((value) => value ** 3)))).toBeLessThan(0.1);
    expect(meanOf(values.map((value) => value ** 4))).toBeCloseTo(3, 0);
    expect(meanOf(values.map((value) => Number(Math.abs(value) < 1)))).toBeCloseTo(0.6827, 2);
    expect(meanOf(values.map((value) => Number(Math.abs(value) < 2)))).toBeCloseTo(0.9545, 2);
  });

  it.each([1, 2, 7, 10])('are each as likely below %i', (n) => {
    const counts = Array.from({ length: n }, () => 0);
    const stream = randomStream(7, 'below', n);
    for (let i = 0; i < count; i++) counts[stream.below(n)]! += 1;
    for (const observed of counts) expect(Math.abs(observed / count - 1 / n)).toBeLessThan(0.01);
  });

  it('are unbiased below a number that does not divide 2^32: the low half is not likelier', () => {
    const n = 3 * 2 ** 30; // plain `word % n` would give the first third twice as often
    const stream = randomStream(7, 'bias');
    const shareOfLowThird = meanOf(draw(count, () => Number(stream.below(n) < 2 ** 30)));
    expect(Math.abs(shareOfLowThird - 1 / 3)).toBeLessThan(0.01);
  });

  it('cover 2^32', () => {
    expect(randomStream(7, 'all').below(2 ** 32)).toBe(randomStream(7, 'all').uint32());
  });
});

it('hashes text as FNV-1a does', () => {
  expect(fnv1a('')).toBe(0x811c9dc5);
  expect(fnv1a('a')).toBe(0xe40c292c);
  expect(fnv1a('foobar')).toBe(0xbf9cf968);
});
