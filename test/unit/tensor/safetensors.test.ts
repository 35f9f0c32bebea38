import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CheckpointError } from '../../../src/errors.js';
import { decodeSafetensors, encodeSafetensors, type NamedTensor } from '../../../src/tensor/safetensors.js';

const tensors: NamedTensor[] = [
  { name: 'rnn.weight_ih_l0', shape: [2, 3], values: Float32Array.of(1, -2.5, 0.1, Infinity, 1e-45, -0) },
  { name: 'head.bias', shape: [1], values: Float32Array.of(0.5) },
  { name: 'empty', shape: [0, 4], values: new Float32Array(0) },
  { name: 'scalar', shape: [], values: Float32Array.of(7) },
];
const metadata = { format: 'pt', note: 'größe' };

function fixture(name: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(`../../fixtures/tensor/${name}`, import.meta.url)));
}

function expectTheTensors(bytes: Uint8Array): void {
  const content = decodeSafetensors(bytes, 'model.safetensors');
  expect(content.metadata).toEqual(metadata);
  expect(content.tensors.size).toBe(tensors.length);
  for (const { name, shape, values } of tensors) expect(content.tensors.get(name)).toEqual({ shape, values });
}

describe('encodeSafetensors', () => {
  it('writes the bytes that Python was seen to load', () => {
    expect(encodeSafetensors(tensors, metadata)).toEqual(fixture('bridle.safetensors'));
  });

  it('aligns the values to 8 bytes', () => {
    const bytes = encodeSafetensors(tensors);
    expect(Number(new DataView(bytes.buffer).getBigUint64(0, true)) % 8).toBe(0);
  });

  it('writes a part of a larger vector', () => {
    const vector = Float32Array.of(1, 2, 3, 4);
    const bytes = encodeSafetensors([{ name: 'part', shape: [2], values: vector.subarray(1, 3) }]);
    expect(decodeSafetensors(bytes, 'x').tensors.get('part')?.values).toEqual(Float32Array.of(2, 3));
  });

  it('refuses a shape that does not fit, and a name used twice', () => {
    const bias = tensors[1]!;
    expect(() => encodeSafetensors([{ ...bias, shape: [2] }])).toThrow(/"head.bias" of shape \[2\] came with 1 values/);
    expect(() => encodeSafetensors([bias, bias])).toThrow(/name "head.bias" is taken/);
    expect(() => encodeSafetensors([{ ...bias, name: '__metadata__' }])).toThrow(CheckpointError);
  });
});

describe('decodeSafetensors', () => {
  it('reads what it wrote', () => expectTheTensors(encodeSafetensors(tensors, metadata)));

  it('reads what Python wrote', () => expectTheTensors(fixture('python.safetensors')));

  it('reads from an unaligned place in a larger buffer', () => {
    const bytes = encodeSafetensors(tensors, metadata);
    const shifted = new Uint8Array(bytes.length + 3);
    shifted.set(bytes, 3);
    expectTheTensors(shifted.subarray(3));
  });
});

/** A file with the header and so many bytes of data. */
function fileOf(header: string, dataBytes: number): Uint8Array {
  const text = new TextEncoder().encode(header);
  const file = new Uint8Array(8 + text.length + dataBytes);
  new DataView(file.buffer).setBigUint64(0, BigInt(text.length), true);
  file.set(text, 8);
  return file;
}

const f32 = (shape: string, offsets: string): string => `{"dtype":"F32","shape":${shape},"data_offsets":${offsets}}`;

const hostile: [label: string, file: Uint8Array, problem: RegExp][] = [
  ['an empty file', new Uint8Array(0), /has 0 bytes/],
  ['a header longer than the file', new Uint8Array([100, 0, 0, 0, 0, 0, 0, 0, 123]), /claims 100 bytes, at most 1/],
  ['a header of 2^64 - 1 bytes', new Uint8Array(16).fill(255), /claims 18446744073709551615 bytes/],
  ['a header that is not UTF-8', new Uint8Array([1, 0, 0, 0, 0, 0, 0, 0, 255]), /not UTF-8/],
  ['a header that is not JSON', fileOf('{"a":', 0), /not JSON/],
  ['a header that is a list', fileOf('[]', 0), /not a JSON object/],
  ['a name used twice', fileOf(`{"a":${f32('[1]', '[0,4]')},"a":${f32('[1,1]', '[0,4]')}}`, 4), /has 2 names, 1/],
  [
    'another dtype',
    fileOf('{"a":{"dtype":"F64","shape":[1],"data_offsets":[0,8]}}', 8),
    /"a": dtype must be F32, got F64/,
  ],
  ['a dtype that is deep', fileOf(`{"a":{"dtype":${'['.repeat(9999)}${']'.repeat(9999)}}}`, 0), /got a object/],
  ['an entry that is a number', fileOf('{"a":1}', 0), /"a": its entry is not an object/],
  ['a negative size', fileOf(`{"a":${f32('[-1]', '[0,4]')}}`, 4), /"a": its shape/],
  ['a size that is no integer', fileOf(`{"a":${f32('[0.5,2]', '[0,4]')}}`, 4), /"a": its shape/],
  ['one offset', fileOf(`{"a":${f32('[1]', '[0]')}}`, 4), /"a": its data_offsets/],
  ['a shape beyond its range', fileOf(`{"a":${f32('[2]', '[0,4]')}}`, 4), /shape \[2\] takes 8 bytes, got 4/],
  ['a range beyond the file', fileOf(`{"a":${f32('[2]', '[0,8]')}}`, 4), /take 8 bytes of data, the file has 4/],
  ['a range backwards', fileOf(`{"a":${f32('[1]', '[4,0]')}}`, 4), /takes 4 bytes, got -4/],
  [
    'an overlap',
    fileOf(`{"a":${f32('[1]', '[0,4]')},"b":${f32('[1]', '[0,4]')}}`, 4),
    /"b" begins at data byte 0, wanted 4/,
  ],
  ['a hole', fileOf(`{"a":${f32('[1]', '[4,8]')}}`, 8), /"a" begins at data byte 4, wanted 0/],
  ['bytes after the last tensor', fileOf(`{"a":${f32('[1]', '[0,4]')}}`, 5), /take 4 bytes of data, the file has 5/],
  ['metadata that is not text', fileOf('{"__metadata__":{"step":1}}', 0), /holds a value that is not text/],
  ['metadata that is a list', fileOf('{"__metadata__":[]}', 0), /__metadata__ is not an object/],
];

describe('a hostile file', () => {
  it.each(hostile)('with %s is refused, with the place', (_, file, problem) => {
    const read = (): unknown => decodeSafetensors(file, 'evil.safetensors');
    expect(read).toThrow(CheckpointError);
    expect(read).toThrow(expect.objectContaining({ code: 'SAFETENSORS_INVALID' }));
    expect(read).toThrow(problem);
    expect(read).toThrow(/^evil\.safetensors /);
  });

  it('with a name of a megabyte gets a short message', () => {
    const read = (): unknown => decodeSafetensors(fileOf(`{"${'x'.repeat(1e6)}":1}`, 0), 'evil.safetensors');
    expect(read).toThrow(expect.objectContaining({ message: expect.stringMatching(/^.{1,600}$/) }));
  });

  it('cannot reach a prototype by its names', () => {
    const file = fileOf(`{"__proto__":${f32('[1]', '[0,4]')},"__metadata__":{"__proto__":"x"}}`, 4);
    const { tensors: read, metadata: texts } = decodeSafetensors(file, 'evil.safetensors');
    expect([...read.keys()]).toEqual(['__proto__']);
    expect(Object.hasOwn(texts, '__proto__')).toBe(true);
    expect(Object.getPrototypeOf(texts)).toBe(Object.prototype);
  });

  it('with colons and braces inside names is not miscounted', () => {
    const file = fileOf(`{"a:{\\"[":${f32('[1]', '[0,4]')}}`, 4);
    expect([...decodeSafetensors(file, 'x').tensors.keys()]).toEqual(['a:{"[']);
  });
});
