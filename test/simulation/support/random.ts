// Seeded draws for the simulator: mulberry32 (Tommy Ettinger, public domain). Named streams: a new draw in one place moves no other.
import { fnv1a } from '../../../src/random/random-stream.js';

export interface Draws {
  /** From 0 to 1. */
  unit(): number;
  between(least: number, most: number): number;
  /** An integer from `least` to `most`. */
  integer(least: number, most: number): number;
  chance(probability: number): boolean;
  pick<Item>(items: readonly Item[]): Item;
}

export function draws(seed: number, stream: string): Draws {
  let state = (Math.imul(seed, 0x9e3779b1) ^ fnv1a(stream)) | 0;
  const unit = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
  const between = (least: number, most: number): number => least + unit() * (most - least);
  const integer = (least: number, most: number): number => least + Math.floor(unit() * (most - least + 1));
  return {
    unit,
    between,
    integer,
    chance: (probability) => unit() < probability,
    pick: <Item>(items: readonly Item[]): Item => items[integer(0, items.length - 1)] as Item,
  };
}

/** A word of 32 bits that depends on nothing but its coordinates. */
export function hashOf(...coordinates: readonly number[]): number {
  let hash = 0x811c9dc5;
  for (const coordinate of coordinates) {
    hash = Math.imul(hash ^ coordinate, 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    hash ^= hash >>> 16;
  }
  return hash >>> 0;
}
