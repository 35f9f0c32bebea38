import { describe, expect, it } from 'vitest';
import type { DecodedBlock } from '../../../src/data/block.js';
import { createBlockCache } from '../../../src/data/block-cache.js';

/** A block of 100 bytes: 4 of lengths, 8 of starts, 2 of targets and the rest inputs. */
const block = (bytes = 100): DecodedBlock => ({
  split: 'train',
  first: 0,
  count: 1,
  lengths: new Int32Array(1),
  starts: new Uint32Array(2),
  inputs: new Uint8Array(bytes - 14),
  targets: new Uint16Array(1),
});

describe('createBlockCache', () => {
  it('drops the least recently used blocks first, and names them', () => {
    const cache = createBlockCache(300);
    for (const name of ['a', 'b', 'c']) expect(cache.add(name, block())).toEqual([]);
    cache.get('a');
    expect(cache.add('d', block())).toEqual(['b']);
    expect(cache.names()).toEqual(['c', 'a', 'd']);
    expect(cache.add('e', block(200))).toEqual(['c', 'a']);
    expect(cache.names()).toEqual(['d', 'e']);
  });

  it('gives back what was added, and undefined for what is not held', () => {
    const cache = createBlockCache(300);
    const held = block();
    cache.add('a', held);
    expect(cache.get('a')).toBe(held);
    expect(cache.has('a')).toBe(true);
    expect(cache.get('b')).toBeUndefined();
    expect(cache.has('b')).toBe(false);
  });

  it('counts a block that is added again once, and as used', () => {
    const cache = createBlockCache(300);
    for (const name of ['a', 'b', 'c', 'a']) expect(cache.add(name, block())).toEqual([]);
    expect(cache.add('d', block())).toEqual(['b']);
  });

  it('does not take a look with has() for a use', () => {
    const cache = createBlockCache(200);
    cache.add('a', block());
    cache.add('b', block());
    cache.has('a');
    expect(cache.add('c', block())).toEqual(['a']);
  });

  it('holds a block that is larger than the bound, alone, until the next one comes', () => {
    const cache = createBlockCache(150);
    cache.add('a', block());
    expect(cache.add('large', block(500))).toEqual(['a']);
    expect(cache.has('large')).toBe(true);
    expect(cache.add('b', block())).toEqual(['large']);
  });
});
