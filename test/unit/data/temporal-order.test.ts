import { expect, it } from 'vitest';
import { loadTemporalOrder, temporalOrderExample } from '../../../src/data/temporal-order.js';

const options = { name: 'temporal-order', length: 50, examples: 400, seed: 3 } as const;

it('puts A or B into the second and the fifth tenth, distractors elsewhere, and asks for their order', () => {
  const seen = new Set<number>();
  for (let example = 0; example < 400; example++) {
    const { inputs, target } = temporalOrderExample(options, 'train', example);
    const [first, second, ...others] = [...inputs.keys()].filter((step) => inputs[step]! < 2);
    expect(others).toEqual([]);
    expect([first! >= 5 && first! <= 10, second! >= 20 && second! <= 25]).toEqual([true, true]);
    expect(target).toBe(2 * inputs[first!]! + inputs[second!]!);
    expect(Math.max(...inputs)).toBeLessThan(6);
    seen.add(target);
  }
  expect([...seen].sort()).toEqual([0, 1, 2, 3]);
});

it('makes an example from seed, split and number alone', () => {
  const few = loadTemporalOrder(options);
  const many = loadTemporalOrder({ ...options, examples: 2_000 });
  expect(many.test.blocks.map(({ name }) => name)).toEqual(few.test.blocks.map(({ name }) => name));
  expect(temporalOrderExample(options, 'train', 0)).not.toEqual(temporalOrderExample(options, 'test', 0));
  expect([few.train.size, few.test.size, few.spec.maxLength]).toEqual([400, 2_000, 50]);
  expect(few.baselines?.test).toEqual({ name: 'chance', loss: Math.log(4) });
});

it('refuses what it cannot make', () => {
  for (const wrong of [{ length: 9 }, { examples: 0 }, { examples: 1e9 }]) {
    const load = () => loadTemporalOrder({ ...options, ...wrong });
    expect(load).toThrow(expect.objectContaining({ code: 'TEMPORAL_ORDER_OPTIONS' }));
  }
});
