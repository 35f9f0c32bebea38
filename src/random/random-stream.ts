// Named streams of random numbers: a stream is a pure function of (seed, purpose, coordinates), never of who draws, or when.
import { ConfigError } from '../errors.js';
import { cos, log, sin } from './elementary.js';
import { type RandomKey, randomWords } from './philox.js';

const twoTo32 = 0x1_0000_0000;

/** Numbers in a fixed order, equal on every machine. */
export interface RandomStream {
  /** An integer from 0 to 2^32 - 1. */
  uint32(): number;
  /** A float64 in [0, 1), from 53 bits. */
  uniform(): number;
  /** An integer from 0 to n - 1, each equally likely; n from 1 to 2^32. */
  below(n: number): number;
  /** A draw from the normal distribution with mean 0 and deviation 1 (Box and Muller 1958). */
  normal(): number;
}

/**
 * Opens the stream of one purpose: `randomStream(seed, 'shuffle', epoch)`.
 * The key is folded once for the purpose (text by FNV-1a) and once for each coordinate, so that streams of other
 * coordinates are independent. Throws `RANDOM_COORDINATE` for a seed or coordinate that is no integer from 0 to 2^53 - 1.
 */
export function randomStream(seed: number, purpose: string | number, ...coordinates: readonly number[]): RandomStream {
  return streamOfKey(streamKey(seed, purpose, ...coordinates));
}

/** The key of a stream: its words are those of `randomWords(key, [0, 0, 0, 0])`, `[1, 0, 0, 0]`, ... Throws as `randomStream` does. */
export function streamKey(seed: number, purpose: string | number, ...coordinates: readonly number[]): RandomKey {
  const seedKey: RandomKey = [lowWord(seed, 'seed'), highWord(seed)];
  const purposeKey = typeof purpose === 'string' ? fold(seedKey, fnv1a(purpose), textTag) : fold(seedKey, purpose);
  return coordinates.reduce((outer, coordinate) => fold(outer, coordinate), purposeKey);
}

// Tells a purpose given as text from the same number given as a number.
const textTag = 1;

function fold(key: RandomKey, value: number, tag = 0): RandomKey {
  const words = randomWords(key, [lowWord(value, 'coordinate'), highWord(value), tag, foldTag]);
  return [words[0]!, words[1]!];
}

// Keeps the blocks that make keys apart from the blocks that are drawn.
const foldTag = 0xffffffff;

function lowWord(value: number, what: string): number {
  if (Number.isSafeInteger(value) && value >= 0) return value % twoTo32;
  throw new ConfigError('RANDOM_COORDINATE', `A random ${what} must be an integer from 0 to 2^53 - 1, got ${value}.`);
}

function highWord(value: number): number {
  return Math.floor(value / twoTo32);
}

/** Hashes text to 32 bits: FNV-1a (Fowler, Noll and Vo) over UTF-16 code units, low byte first. */
export function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    hash = Math.imul(hash ^ (unit & 0xff), 0x01000193);
    if (unit > 0xff) hash = Math.imul(hash ^ (unit >>> 8), 0x01000193);
  }
  return hash >>> 0;
}

function streamOfKey(key: RandomKey): RandomStream {
  let block = 0;
  let words: Uint32Array = new Uint32Array(0);
  let position = 4;
  let spareNormal: number | undefined;

  const uint32 = (): number => {
    if (position === 4) {
      words = randomWords(key, [block % twoTo32, highWord(block), 0, 0]);
      block += 1;
      position = 0;
    }
    return words[position++]!;
  };
  const uniform = (): number => {
    const high = uint32() >>> 5; // 27 bits
    const low = uint32() >>> 6; // 26 bits
    return (high * 0x400_0000 + low) / 0x20_0000_0000_0000;
  };
  const below = (n: number): number => {
    // The last, incomplete run of n values is drawn again: without this low results would be likelier.
    const limit = twoTo32 - (twoTo32 % n);
    let word = uint32();
    while (word >= limit) word = uint32();
    return word % n;
  };
  const normal = (): number => {
    if (spareNormal !== undefined) {
      const spare = spareNormal;
      spareNormal = undefined;
      return spare;
    }
    const radius = Math.sqrt(-2 * log(1 - uniform())); // 1 - u is never 0
    const angle = 2 * Math.PI * uniform();
    spareNormal = radius * sin(angle);
    return radius * cos(angle);
  };
  return { uint32, uniform, below, normal };
}
