import { expect, it } from 'vitest';
import { type RandomCounter, type RandomKey, randomWords } from '../../../src/random/philox.js';

const ones = 0xffffffff;

// philox4x32, 10 rounds, from Random123's known-answer file (kat_vectors).
const knownAnswers: [RandomCounter, RandomKey, number[]][] = [
  [
    [0, 0, 0, 0],
    [0, 0],
    [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
  ],
  [
    [ones, ones, ones, ones],
    [ones, ones],
    [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
  ],
  [
    [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
    [0xa4093822, 0x299f31d0],
    [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
  ],
];

it.each(knownAnswers)('gives the answer of Random123 to counter %j', (counter, key, answer) => {
  expect([...randomWords(key, counter)]).toEqual(answer);
});
