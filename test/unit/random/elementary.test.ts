// exp, log, cos, sin against correctly rounded values (test/fixtures/random/make-elementary-oracle.py) and against Math.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { cos, exp, log, maxAngle, sin } from '../../../src/random/elementary.js';
import { randomStream } from '../../../src/random/random-stream.js';

const functions = { exp, log, cos, sin };
type Name = keyof typeof functions;
const names = Object.keys(functions) as Name[];

const oracle = JSON.parse(
  readFileSync(new URL('../../fixtures/random/elementary-oracle.json', import.meta.url), 'utf8'),
) as Record<Name, [x: number, y: number][]>;

const bits = new DataView(new ArrayBuffer(8));

/** Numbers between two float64 of one sign, in units in the last place. */
function ulpsBetween(a: number, b: number): number {
  const order = (value: number): bigint => {
    bits.setFloat64(0, value);
    return bits.getBigInt64(0);
  };
  return Math.abs(Number(order(a) - order(b)));
}

describe.each(names)('%s', (name) => {
  it('is the correctly rounded value or its neighbour', () => {
    for (const [x, y] of oracle[name]) expect(ulpsBetween(functions[name](x), y), `at ${x}`).toBeLessThanOrEqual(1);
  });

  it('is correctly rounded nine times of ten; a lost half ulp shows here', () => {
    const numRight = oracle[name].filter(([x, y]) => functions[name](x) === y).length;
    expect(numRight / oracle[name].length).toBeGreaterThan(name === 'exp' ? 0.9 : 0.93);
  });

  it('is within 2 ulp of Math', () => {
    const random = randomStream(1, 'elementary').uniform;
    for (let i = 0; i < 5000; i++) {
      const x = name === 'log' ? exp(1400 * random() - 700) : (name === 'exp' ? 700 : 1000) * (2 * random() - 1);
      expect(ulpsBetween(functions[name](x), Math[name](x)), `at ${x}`).toBeLessThanOrEqual(2);
    }
  });

  it('passes NaN on or refuses it', () => {
    if (name === 'exp' || name === 'log') expect(functions[name](NaN)).toBeNaN();
    else expect(() => functions[name](NaN)).toThrow(expect.objectContaining({ code: 'ANGLE_RANGE' }));
  });
});

it('gives the values at the edges', () => {
  expect([exp(0), exp(-Infinity), exp(Infinity), exp(710), exp(-746)]).toEqual([1, 0, Infinity, Infinity, 0]);
  expect([log(1), log(0), log(Infinity), log(-1)]).toEqual([0, -Infinity, Infinity, NaN]);
  expect([cos(0), sin(0), cos(Math.PI)]).toEqual([1, 0, -1]);
  expect(exp(-745.1)).toBe(Number.MIN_VALUE);
});

it('refuses angles whose quarter turns it cannot count', () => {
  expect(() => sin(maxAngle + 1)).toThrow(/up to 1600000 radians, got 1600001/);
  expect(() => cos(-Infinity)).toThrow(expect.objectContaining({ code: 'ANGLE_RANGE' }));
});
