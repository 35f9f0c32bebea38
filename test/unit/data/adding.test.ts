import { describe, expect, it } from 'vitest';
import { addingExample, loadAdding } from '../../../src/data/adding.js';

const options = { name: 'adding', length: 50, examples: 3_000, seed: 42 } as const;

describe('loadAdding', () => {
  it('marks one step in each half and asks for the sum of the two values', () => {
    for (let example = 0; example < 500; example++) {
      const { inputs, target } = addingExample(options, 'train', example);
      const marked = Array.from({ length: 50 }, (_, step) => step).filter((step) => inputs[2 * step + 1] === 1);
      expect(marked).toHaveLength(2);
      expect(marked[0]).toBeLessThan(25);
      expect(marked[1]).toBeGreaterThanOrEqual(25);
      expect(target).toBe(Math.fround(inputs[2 * marked[0]!]! + inputs[2 * marked[1]!]!));
    }
  });

  it('draws values from [0, 1) and is as hard as published: always answering 1 costs 1/6', () => {
    const values: number[] = [];
    let squaredError = 0;
    for (let example = 0; example < 3_000; example++) {
      const { inputs, target } = addingExample(options, 'train', example);
      for (let step = 0; step < 50; step++) values.push(inputs[2 * step]!);
      squaredError += (target - 1) ** 2 / 3_000;
    }
    expect(values.every((value) => value >= 0 && value < 1)).toBe(true);
    expect(values.reduce((sum, value) => sum + value, 0) / values.length).toBeCloseTo(0.5, 2);
    expect(Math.abs(squaredError - 1 / 6)).toBeLessThan(0.015);
  });

  it('reaches every step of each half with its markers', () => {
    const seen = new Set<number>();
    for (let example = 0; example < 200; example++) {
      const { inputs } = addingExample({ ...options, length: 5 }, 'train', example);
      for (let step = 0; step < 5; step++) if (inputs[2 * step + 1] === 1) seen.add(step);
    }
    expect([...seen].sort()).toEqual([0, 1, 2, 3, 4]);
  });

  it('makes an example from seed, split and number alone, so that more examples change none', () => {
    const few = loadAdding({ ...options, examples: 200 });
    const many = loadAdding({ ...options, examples: 400 });
    expect(many.train.blocks[0]?.name).toBe(few.train.blocks[0]?.name);
    expect(many.test.blocks.map((block) => block.name)).toEqual(few.test.blocks.map((block) => block.name));
    expect(addingExample(options, 'train', 0)).not.toEqual(addingExample(options, 'test', 0));
    expect(loadAdding({ ...options, examples: 200, seed: 43 }).digest).not.toBe(few.digest);
  });

  it('holds 2,000 test examples and the training examples asked for', () => {
    const { train, test, spec } = loadAdding({ ...options, examples: 123 });
    expect([train.size, test.size, spec.maxLength]).toEqual([123, 2_000, 50]);
    expect(new Set(train.lengths)).toEqual(new Set([50]));
  });

  it('draws lengths uniformly from minLength to length when minLength is given', () => {
    const { train } = loadAdding({ ...options, minLength: 48 });
    const counts = [48, 49, 50].map((length) => train.lengths.filter((other) => other === length).length);
    expect(counts.reduce((sum, count) => sum + count)).toBe(3_000);
    for (const count of counts) expect(Math.abs(count - 1_000)).toBeLessThan(130);
  });

  it('keeps its numbers in every release: the digests of runs depend on them', () => {
    const { inputs, target } = addingExample({ ...options, length: 3 }, 'train', 7);
    expect([...inputs, target]).toEqual([
      0.3818974494934082, 1, 0.7306028008460999, 0, 0.2922983765602112, 1, 0.6741958260536194,
    ]);
  });

  it('refuses options that make no problem, naming the one that is wrong', () => {
    const refused = [
      [{ length: 1 }, /--data-length must be a whole number of steps from 2, got 1/],
      [{ length: 2.5 }, /--data-length/],
      [{ minLength: 51 }, /--data-min-length must be a whole number of steps from 2 to 50, got 51/],
      [{ minLength: 1 }, /--data-min-length/],
      [{ examples: 0 }, /training examples must be a whole number from 1, got 0/],
      [{ examples: 2 ** 40 }, /examples times --data-length must be at most/],
      [{ seed: -1 }, /seed/],
    ] as const;
    for (const [change, message] of refused) {
      expect(() => loadAdding({ ...options, ...change })).toThrow(message);
      expect(() => loadAdding({ ...options, ...change })).toThrow(expect.objectContaining({ code: 'ADDING_OPTIONS' }));
    }
    const tooLong = { ...options, length: 200_000, examples: 1 };
    expect(() => loadAdding(tooLong)).toThrow(expect.objectContaining({ code: 'EXAMPLE_TOO_LARGE' }));
  });
});
