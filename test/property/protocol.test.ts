// What arrives on the wire is hostile: any bytes give a value or a ProtocolError, in bounded time, and what is sent comes back.
import { readdirSync, readFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProtocolError } from '../../src/errors.js';
import { copyOf, encodeVector, VectorAssembly } from '../../src/protocol/chunks.js';
import { decodeControl } from '../../src/protocol/control.js';
import { decodeFrame, encodeFrame, isFrame, type FrameHeader } from '../../src/protocol/frame.js';
import { joinMessage, type Message } from '../../src/protocol/message.js';
import { Dequantiser, ShardQuantiser } from '../../src/protocol/quantise.js';
import { parseRunSpec } from '../../src/protocol/run-spec.js';
import { createVectorArena } from '../../src/tensor/vector-arena.js';
import { breadth } from '../breadth.js';

const folder = new URL('../fixtures/protocol/v1/', import.meta.url);
const golden = (prefix: string): Uint8Array[] =>
  readdirSync(folder)
    .filter((name) => name.startsWith(prefix) && name.endsWith('.hex'))
    .map((name) =>
      Uint8Array.from(Buffer.from(readFileSync(new URL(name, folder), 'utf8').replaceAll('\n', ''), 'hex')),
    );
const settings = { seed: 20_240_601, numRuns: 3000 };

/** Runs a decoder on hostile input: a ProtocolError is an answer, any other error is a failure. */
function survives(decode: () => unknown): void {
  try {
    decode();
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
  }
}

interface Mutation {
  readonly at: number;
  readonly remove: number;
  readonly insert: Uint8Array;
}
const mutations = fc.array(
  fc.record({ at: fc.nat(1000), remove: fc.nat(8), insert: fc.uint8Array({ maxLength: 8 }) }),
  { minLength: 1, maxLength: 4 },
);

function mutate(bytes: Uint8Array, edits: readonly Mutation[]): Uint8Array {
  return edits.reduce<Uint8Array>((current, { at, remove, insert }) => {
    const start = at % (current.length + 1);
    return Buffer.concat([current.subarray(0, start), insert, current.subarray(start + remove)]);
  }, bytes);
}

/** Good messages with bytes changed, cut out and put in; and bytes of no meaning behind the magic. */
function hostile(prefix: string, magic: string): fc.Arbitrary<Uint8Array> {
  return fc.oneof(
    fc.tuple(fc.constantFrom(...golden(prefix)), mutations).map(([bytes, edits]) => mutate(bytes, edits)),
    fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.concat([Buffer.from(magic), bytes])),
    fc.uint8Array({ maxLength: 200 }),
  );
}

describe('hostile bytes', () => {
  it('make no control message throw anything but a ProtocolError', () => {
    fc.assert(
      fc.property(hostile('control-', 'BCTL'), (bytes) => survives(() => decodeControl(bytes))),
      settings,
    );
  });

  it('make no frame and no vector throw anything but a ProtocolError', () => {
    fc.assert(
      fc.property(fc.array(hostile('frame-', 'BRDL'), { maxLength: 3 }), fc.boolean(), (messages, isChecked) => {
        // A checksum that agrees with everything lets the mutations through to what lies behind it.
        const checksum = isChecked ? crc32 : (): number => 0x8dcd133e;
        const assembly = new VectorAssembly(new Float32Array(5));
        for (const bytes of messages) {
          survives(() => {
            const { header, payload } = decodeFrame([bytes], checksum);
            assembly.add(header, copyOf(payload));
          });
        }
      }),
      settings,
    );
  });

  it('make no run spec throw anything but a ProtocolError', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string(), fc.string({ unit: 'binary' })), (json) =>
        survives(() => parseRunSpec(json)),
      ),
      { ...settings, numRuns: breadth({ unit: 150, sweep: 500 }) },
    );
  });

  it('of any golden frame with one bit flipped never pass for another payload', () => {
    for (const bytes of golden('frame-')) {
      const payload = bytes.subarray(64);
      for (let bit = 64 * 8; bit < 8 * bytes.length; bit += 1) {
        const flipped = bytes.slice();
        flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(() => decodeFrame([flipped], crc32)).toThrow(ProtocolError);
      }
      expect(joinMessage(decodeFrame([bytes], crc32).payload)).toEqual(Uint8Array.from(payload));
    }
  });
});

/** The same bytes as pieces of the given lengths, over and over; those of length 0 stay empty. */
function cut(bytes: Uint8Array, lengths: readonly number[]): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0, i = 0; at < bytes.length; i += 1) {
    const length = lengths[i % lengths.length] ?? 1;
    pieces.push(bytes.subarray(at, at + length));
    at += length;
  }
  return pieces;
}
const cuts = fc
  .array(fc.oneof(fc.nat(9), fc.nat(90)), { minLength: 1, maxLength: 8 })
  .filter((all) => all.some((length) => length > 0));

const uint32 = fc.nat(0xffff_ffff);
const headers: fc.Arbitrary<Omit<FrameHeader, 'dtype' | 'chunk' | 'offset' | 'count' | 'total'>> = fc.record({
  kind: fc.constantFrom('gradient', 'weights', 'block'),
  generation: uint32,
  step: uint32,
  attempt: uint32,
  level: uint32,
  index: uint32,
  runId: fc.uint8Array({ minLength: 8, maxLength: 8 }).map((bytes) => Buffer.from(bytes).toString('hex')),
});

describe('a message in pieces', () => {
  /** What comes of a message: the header and the values that it carries, or the code of its error. */
  function outcomeOf(message: Message, dequantiser?: Dequantiser): unknown {
    try {
      const { header, cell, payload } = decodeFrame(message, crc32);
      if (cell !== undefined || header.kind === 'block') return { header, cell, payload: joinMessage(payload) };
      const assembly = new VectorAssembly(new Float32Array(header.total).fill(7), dequantiser);
      assembly.add(header, copyOf(payload));
      return { header, vector: Buffer.from(assembly.vector.buffer) };
    } catch (error) {
      if (error instanceof ProtocolError) return `${error.code} ${error.message}`;
      throw error;
    }
  }

  it('gives the same vector or the same error, wherever a hostile frame is cut', () => {
    fc.assert(
      fc.property(hostile('frame-', 'BRDL'), cuts, (bytes, lengths) => {
        const pieces = cut(bytes, lengths);
        expect(outcomeOf(pieces)).toEqual(outcomeOf([bytes]));
        expect(isFrame(pieces)).toBe(isFrame([bytes]));
        expect(joinMessage(pieces)).toEqual(Uint8Array.from(bytes));
      }),
      { ...settings, numRuns: 1000 },
    );
  });

  it.each(['bf16', 'f16', 'int8'] as const)('may be cut in the middle of a value of %s', (dtype) => {
    const arena = createVectorArena();
    const dequantiser = new Dequantiser(arena, dtype);
    const sizes = fc.integer({ min: 1, max: 600 });
    fc.assert(
      fc.property(headers, sizes, cuts, fc.double({ min: 0, max: 9, noNaN: true }), (header, size, lengths, slope) => {
        const quantiser = new ShardQuantiser(arena, dtype, 1);
        quantiser.begin(1);
        const values = Float32Array.from({ length: size }, (_, i) => slope * (i - 99));
        const gradient = { ...header, kind: 'gradient' } as const;
        for (const message of encodeVector(gradient, quantiser.quantise(0, values), 1_000_000, crc32)) {
          const bytes = joinMessage(message);
          expect(outcomeOf(cut(bytes, lengths), dequantiser)).toEqual(outcomeOf([bytes], dequantiser));
        }
      }),
      { ...settings, numRuns: 100 },
    );
  });
});

describe('frames', () => {
  it('come back as they were sent', () => {
    const offsets = fc.nat(500_000_000);
    fc.assert(
      fc.property(headers, uint32, offsets, fc.uint8Array({ maxLength: 64 }), (header, chunk, offset, payload) => {
        const sent = { ...header, dtype: 'bytes', chunk, offset, count: payload.length, total: offset + 64 } as const;
        const { header: got, payload: body } = decodeFrame(encodeFrame(sent, payload, crc32), crc32);
        expect(got).toEqual(sent);
        expect(joinMessage(body)).toEqual(payload);
      }),
      { ...settings, numRuns: 500 },
    );
  });

  it('carry any vector bit for bit, cut as it may be', () => {
    const vectors = fc.uint8Array({ minLength: 4, maxLength: 400 }).map((bytes) => {
      const copy = bytes.slice(0, bytes.length - (bytes.length % 4));
      return new Float32Array(copy.buffer);
    });
    fc.assert(
      fc.property(headers, vectors, fc.integer({ min: 1, max: 500 }), (header, vector, maxChunkBytes) => {
        const assembly = new VectorAssembly(new Float32Array(vector.length));
        const results = [...encodeVector(header, vector, maxChunkBytes, crc32)].map((bytes) => {
          const { header: got, payload } = decodeFrame(bytes, crc32);
          return assembly.add(got, copyOf(payload));
        });
        const whole = results.pop();
        expect(results.every((result) => result === undefined)).toBe(true);
        expect(Buffer.from(whole?.buffer ?? new ArrayBuffer(0))).toEqual(Buffer.from(vector.buffer));
      }),
      { ...settings, numRuns: 300 },
    );
  });
});
