// What a checkpoint's weights mean, compared with what new data mean.
import { expect, it } from 'vitest';
import { differenceOf, type Preprocessing } from '../../../src/data/preprocessing.js';

const scaled: Preprocessing = { version: 1, inputs: [{ name: 'a', shift: 0.1, scale: 2 }], horizon: 1 };

it('finds no difference after a way through JSON', () => {
  expect(differenceOf(JSON.parse(JSON.stringify(scaled)), scaled)).toBeUndefined();
  expect(differenceOf(undefined, undefined)).toBeUndefined();
});

it('names the part that differs', () => {
  expect(differenceOf({ ...scaled, horizon: 2 }, scaled)).toBe('horizon');
  expect(differenceOf({ ...scaled, inputs: [{ name: 'a', shift: 0.1, scale: 3 }] }, scaled)).toBe('inputs');
  expect(differenceOf({ version: 1, vocabulary: 'ab' }, { version: 1, vocabulary: 'ac' })).toBe('vocabulary');
  expect(differenceOf(scaled, undefined)).toBe('version');
});
