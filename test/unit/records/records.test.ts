import { describe, expect, it } from 'vitest';
import { decodeRecord, encodeRecord, type RecordValue } from '../../../src/records/records.js';

const hex = (text: string): Uint8Array =>
  Uint8Array.from(text.match(/[0-9a-f]{2}/g) ?? [], (byte) => parseInt(byte, 16));
const limits = { maxBytes: 1 << 20, maxDepth: 16, maxElements: 1 << 14 };

describe('decodeRecord', () => {
  it('reads every plain opcode of the MessagePack specification', () => {
    const cases: [string, RecordValue][] = [
      ['00', 0],
      ['7f', 127],
      ['e0', -32],
      ['c0', null],
      ['c2', false],
      ['c3', true],
      ['cc ff', 255],
      ['cd ff ff', 65_535],
      ['ce ff ff ff ff', 4_294_967_295],
      ['d0 80', -128],
      ['d1 80 00', -32_768],
      ['d2 80 00 00 00', -2_147_483_648],
      ['ca 3f c0 00 00', 1.5],
      ['cb 3f f8 00 00 00 00 00 00', 1.5],
      ['a2 68 69', 'hi'],
      ['d9 02 68 69', 'hi'],
      ['da 00 02 68 69', 'hi'],
      ['db 00 00 00 02 68 69', 'hi'],
      ['92 01 02', [1, 2]],
      ['dc 00 01 01', [1]],
      ['dd 00 00 00 01 01', [1]],
      ['81 a1 61 01', { a: 1 }],
      ['de 00 01 a1 61 01', { a: 1 }],
      ['df 00 00 00 01 d9 01 61 01', { a: 1 }],
      ['c4 02 01 02', Uint8Array.of(1, 2)],
      ['c5 00 02 01 02', Uint8Array.of(1, 2)],
      ['c6 00 00 00 02 01 02', Uint8Array.of(1, 2)],
    ];
    for (const [bytes, value] of cases) expect(decodeRecord(hex(bytes)), bytes).toEqual(value);
  });

  it('refuses what could build anything but plain values, naming byte and reason', () => {
    const cases: [string, RegExp][] = [
      ['', /byte 0: 1 bytes are announced, 0 are left/],
      ['c1', /byte 0: the byte 0xc1/],
      ['d4 00 00', /byte 0: an extension \(0xd4\)/], // undefined
      ['d4 72 40', /byte 0: an extension \(0xd4\)/], // a msgpackr record, which compiles a reader
      ['91 d6 ff 00 00 00 00', /byte 1: an extension \(0xd6\)/], // a date
      ['c7 05 78 92 a1 61 a1 67', /byte 0: an extension \(0xc7\)/], // a RegExp
      ['c8 00 01 73 90', /an extension/],
      ['c9 00 00 00 01 65 90', /an extension/],
      ['d5 01 00 00', /an extension/],
      ['d7 ff 00 00 00 00 00 00 00 00', /an extension/],
      ['d8 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00', /an extension/],
      ['cf 00 00 00 00 00 00 00 01', /byte 0: a 64-bit integer/],
      ['d3 00 00 00 00 00 00 00 01', /byte 0: a 64-bit integer/],
      ['81 01 02', /byte 1: a map key is not a string/],
      ['81 c4 01 61 02', /byte 1: a map key is not a string/],
      ['81 a9 5f 5f 70 72 6f 74 6f 5f 5f 5f', /byte 1: 9 bytes are announced, 8 are left|byte/],
      ['81 a9 5f 5f 70 72 6f 74 6f 5f 5f 01', /byte 1: the map key "__proto__"/],
      ['81 d9 09 5f 5f 70 72 6f 74 6f 5f 5f 01', /byte 1: the map key "__proto__"/],
      ['a2 c3 28', /byte 0: a string is not UTF-8/],
      ['a3 ed a0 80', /byte 0: a string is not UTF-8/], // a surrogate
      ['81 a1 ff 01', /byte 1: a string is not UTF-8/],
      ['01 02', /byte 1: 1 bytes follow the record/],
      ['c4 03 01 02', /byte 0: 3 bytes are announced, 2 are left/],
      ['c6 ff ff ff ff 00', /byte 0: 4294967295 bytes are announced, 1 are left/],
      ['db ff ff ff ff 00', /4294967295 bytes are announced/],
      ['cd 01', /byte 0: 2 bytes are announced, 1 are left/],
      ['dc 00 03 01 02', /byte 0: 3 elements cannot fit in the bytes left/],
      ['dd ff ff ff ff 00', /byte 0: more than 16384 elements/],
      ['df ff ff ff ff 00', /byte 0: more than 16384 elements/],
    ];
    for (const [bytes, message] of cases) {
      expect(() => decodeRecord(hex(bytes)), bytes).toThrow(message);
      expect(() => decodeRecord(hex(bytes)), bytes).toThrow(expect.objectContaining({ code: 'RECORD_INVALID' }));
    }
  });

  it('holds each limit at its default: 1 MiB, 16 levels, 16,384 elements', () => {
    const nested = (depth: number) => Uint8Array.from([...Array<number>(depth).fill(0x91), 0x01]);
    expect(decodeRecord(nested(16))).toBeDefined();
    expect(() => decodeRecord(nested(17))).toThrow(/byte 16: nesting is deeper than 16/);
    const array = (count: number) =>
      Uint8Array.from([0xdd, 0, count >>> 16, (count >>> 8) & 255, count & 255, ...Array<number>(count).fill(1)]);
    expect(decodeRecord(array(16_384))).toHaveLength(16_384);
    expect(() => decodeRecord(array(16_385))).toThrow(/more than 16384 elements/);
    const filled = (bytes: number) => encodeRecord(new Uint8Array(bytes - 5));
    expect(decodeRecord(filled(1 << 20))).toHaveLength((1 << 20) - 5);
    expect(() => decodeRecord(filled((1 << 20) + 1))).toThrow(/1048577 bytes are more than the limit of 1048576/);
  });

  it('counts elements over all containers, so that many small ones are no way around the limit', () => {
    const bomb = Uint8Array.from([0x94, 0x92, 1, 1, 0x92, 1, 1, 0x92, 1, 1, 0x80]);
    expect(decodeRecord(bomb, { ...limits, maxElements: 10 })).toHaveLength(4);
    expect(() => decodeRecord(bomb, { ...limits, maxElements: 9 })).toThrow(/byte 7: more than 9 elements/);
  });

  it('gives binary values buffers of their own, aligned whatever their place in the message', () => {
    const message = Buffer.concat([
      Buffer.from([0, 0, 0]),
      encodeRecord({ a: new Uint8Array([1, 0, 0, 0]), b: new Uint8Array(8) }),
    ]);
    const decoded = decodeRecord(message.subarray(3)) as { a: Uint8Array; b: Uint8Array };
    expect(new Int32Array(decoded.a.buffer)).toEqual(Int32Array.of(1));
    expect(Object.getPrototypeOf(decoded.a)).toBe(Uint8Array.prototype);
    message.fill(255);
    expect(decoded.a).toEqual(new Uint8Array([1, 0, 0, 0]));
    expect(decoded.b.buffer.byteLength).toBe(8);
  });

  it('leaves the prototype of what it builds alone', () => {
    const decoded = decodeRecord(encodeRecord({ constructor: 'x', toString: 'y' })) as object;
    expect(Object.getPrototypeOf(decoded)).toBe(Object.prototype);
    expect(Object.keys(decoded)).toEqual(['constructor', 'toString']);
  });
});

describe('encodeRecord', () => {
  it('writes the documented bytes: maps as map 16, in the order of their keys', () => {
    const bytes = encodeRecord({ version: 1, data: Uint8Array.of(9), n: 1.5, big: 70_000 });
    const wanted = 'de0004 a776657273696f6e 01 a464617461 c40109 a16e cb3ff8000000000000 a3626967 ce00011170';
    expect(Buffer.from(bytes).toString('hex')).toBe(wanted.replaceAll(' ', ''));
  });

  it('refuses what the packer would change in silence', () => {
    const refused: unknown[] = [
      undefined,
      { a: undefined },
      [new Date(0)],
      new Map([[1, 2]]),
      new Set([1]),
      /a/,
      1n,
      new Float32Array(1),
      JSON.parse('{"__proto__": 1}'),
      '\ud800',
      { '\udc00': 1 },
      () => 1,
      new (class Point {})(),
    ];
    for (const value of refused) expect(() => encodeRecord(value as RecordValue), String(value)).toThrow(TypeError);
  });

  it('refuses to nest deeper than decodeRecord reads', () => {
    let value: RecordValue = 1;
    for (let depth = 0; depth < 16; depth++) value = [value];
    expect(decodeRecord(encodeRecord(value))).toEqual(value);
    expect(() => encodeRecord([value])).toThrow(/at most 16 deep/);
  });

  it('returns bytes that later encodings do not touch', () => {
    const first = encodeRecord([1, 2, 3]);
    const copy = first.slice();
    for (let i = 0; i < 100; i++) encodeRecord(new Uint8Array(4096).fill(255));
    expect(first).toEqual(copy);
    expect(first.byteOffset).toBe(0);
  });
});
