import fc from 'fast-check';
import { expect, it } from 'vitest';
import { visitCodePoints } from '../../src/data/utf8.js';

/** What the platform says: the code points, or undefined when the bytes are not UTF-8. */
function decodeByPlatform(bytes: Uint8Array): number[] | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return Array.from(text).map((character) => character.codePointAt(0) ?? -1);
  } catch {
    return undefined; // the one thing asked: is it UTF-8?
  }
}

const text = fc.string({ unit: 'binary', maxLength: 40 }).map((value) => new TextEncoder().encode(value));
const nearText = fc
  .tuple(text, fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0x70, max: 0xff })), { maxLength: 3 }))
  .map(([bytes, changes]) => {
    for (const [at, byte] of changes) if (bytes.length > 0) bytes[at % bytes.length] = byte;
    return bytes;
  });

it('accepts what the platform accepts, gives the same code points, and stops where the bytes before are UTF-8', () => {
  const law = (bytes: Uint8Array): void => {
    const codePoints: number[] = [];
    const fault = visitCodePoints(bytes, (codePoint) => codePoints.push(codePoint));
    const wanted = decodeByPlatform(bytes);
    if (wanted !== undefined) expect([fault, codePoints]).toEqual([undefined, wanted]);
    else expect(decodeByPlatform(bytes.slice(0, fault?.offset ?? -1))).toEqual(codePoints);
  };
  fc.assert(fc.property(fc.oneof(text, nearText, fc.uint8Array({ maxLength: 6 })), law), { numRuns: 5_000 });
});

it('refuses overlong forms, surrogates, code points beyond U+10FFFF and sequences cut off', () => {
  const refused = [[0xc0, 0x80], [0xc1, 0xbf], [0xe0, 0x80, 0x80], [0xe0, 0x9f, 0xbf], [0xed, 0xa0, 0x80], [0xf0, 0x80, 0x80, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xf5, 0x80, 0x80, 0x80], [0x80], [0xe2, 0x82], [0xff]]; // prettier-ignore
  for (const bytes of refused) {
    const fault = visitCodePoints(Uint8Array.of(0x0a, ...bytes), () => undefined);
    expect(fault).toEqual({ offset: 1, line: 2, byte: bytes[0] });
  }
});
