import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ProtocolError } from '../../src/errors.js';
import { decodeRecord, encodeRecord, type RecordValue } from '../../src/records/records.js';

const key = fc.string({ unit: 'binary', maxLength: 40 }).filter((text) => text !== '__proto__');
const number = fc.oneof(
  fc.integer(),
  fc.double().map((value) => (value === 0 ? 0 : value)),
);
const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => new Uint8Array(array));
const { record } = fc.letrec<{ record: RecordValue }>((tie) => ({
  record: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    fc.constantFrom(null, true, false),
    number,
    fc.string({ unit: 'binary', maxLength: 300 }),
    bytes,
    fc.array(tie('record'), { maxLength: 20 }),
    fc.dictionary(key, tie('record'), { maxKeys: 20, noNullPrototype: true }),
  ),
}));

it('decodes what it encoded, for every plain value', () => {
  const law = (value: RecordValue): void => {
    expect(decodeRecord(encodeRecord(value))).toEqual(value);
  };
  fc.assert(fc.property(record, law), { numRuns: 300 });
});

it('gives equal bytes for equal values', () => {
  const law = (value: RecordValue): void => {
    expect(encodeRecord(structuredClone(value))).toEqual(encodeRecord(value));
  };
  fc.assert(fc.property(record, law), { numRuns: 100 });
});

const mutation = fc.record({
  at: fc.nat(),
  kind: fc.constantFrom('set', 'insert', 'delete', 'truncate', 'repeat'),
  byte: fc.oneof(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 0xc0, max: 0xdf })),
});

function mutate(input: Uint8Array, { at, kind, byte }: { at: number; kind: string; byte: number }): Uint8Array {
  const list = [...input];
  const place = at % Math.max(1, list.length);
  if (kind === 'set') list[place] = byte;
  if (kind === 'insert') list.splice(place, 0, byte);
  if (kind === 'delete') list.splice(place, 1);
  if (kind === 'truncate') list.length = Math.min(list.length, place);
  if (kind === 'repeat') list.push(...list.slice(place));
  return Uint8Array.from(list);
}

function isPlain(value: unknown): boolean {
  if (value === null || ['boolean', 'number', 'string'].includes(typeof value) || value instanceof Uint8Array)
    return true;
  if (Array.isArray(value)) return value.every(isPlain);
  if (Object.getPrototypeOf(value) !== Object.prototype) return false;
  return Object.values(value as object).every(isPlain);
}

function decodesOrRefuses(input: Uint8Array): void {
  try {
    const value = decodeRecord(input);
    expect(isPlain(value)).toBe(true);
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    expect(error.code).toBe('RECORD_INVALID');
  }
}

it('throws nothing but ProtocolError on mutated records, and builds nothing but plain values', () => {
  fc.assert(
    fc.property(record, fc.array(mutation, { minLength: 1, maxLength: 4 }), (value, mutations) =>
      decodesOrRefuses(mutations.reduce(mutate, encodeRecord(value))),
    ),
    { numRuns: 2_000 },
  );
});

it('throws nothing but ProtocolError on random bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (input) => decodesOrRefuses(input)),
    { numRuns: 5_000 },
  );
});
