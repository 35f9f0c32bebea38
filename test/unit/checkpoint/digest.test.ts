// The digest of a state: which bytes, in which order.
import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { digestState, type DigestAlgorithm } from '../../../src/checkpoint/digest.js';
import { digestBlocks } from '../../../src/tensor/block-digest.js';

const state = { moments: { b: Float32Array.of(3), a: Float32Array.of(2) }, scalars: { z: 0.5, y: -1 }, histories: {} };
const params = Float32Array.of(1);
const algorithms: DigestAlgorithm[] = ['sha256', 'blocks'];

it('hashes little-endian params, then moments, then scalars, each by name', () => {
  const bytes = Buffer.alloc(4 + 5 + 5 + 9 + 9);
  bytes.writeFloatLE(1, 0);
  bytes.write('a', 4);
  bytes.writeFloatLE(2, 5);
  bytes.write('b', 9);
  bytes.writeFloatLE(3, 10);
  bytes.write('y', 14);
  bytes.writeDoubleLE(-1, 15);
  bytes.write('z', 23);
  bytes.writeDoubleLE(0.5, 24);
  const expected = createHash('sha256').update(bytes).digest('hex');
  expect(digestState(params, state, { algorithm: 'sha256' })).toBe(expected);
});

it('takes length and block digests in place of the values, in new runs', () => {
  const float64 = (value: number) => Buffer.from(Float64Array.of(value).buffer);
  const vector = (values: Float32Array) => [float64(values.length), digestBlocks(values)];
  const hash = createHash('sha256');
  for (const part of [...vector(params), 'a', ...vector(state.moments.a), 'b', ...vector(state.moments.b)])
    hash.update(part);
  for (const part of ['y', float64(-1), 'z', float64(0.5)]) hash.update(part);
  expect(digestState(params, state)).toBe(hash.digest('hex'));
});

it('takes block digests that are known already', () => {
  const vectors: Float32Array[] = [params, state.moments.a, state.moments.b];
  const known = new Map(vectors.map((vector) => [vector, digestBlocks(vector)]));
  const lookUp = (vector: Float32Array): Uint8Array => known.get(vector) ?? expect.fail('computed anew');
  expect(digestState(params, state, { digestBlocks: lookUp })).toBe(digestState(params, state));
});

it.each(algorithms)('hashes only the part of a buffer that a view shows (%s)', (algorithm) => {
  const whole = Float32Array.of(9, 1, 9);
  const digest = digestState(whole.subarray(1, 2), state, { algorithm });
  expect(digest).toBe(digestState(params, state, { algorithm }));
});

it.each(algorithms)('tells 0 from -0, one scalar from another and short from filled with zeros (%s)', (algorithm) => {
  const digest = (values: number[], y = -1): string =>
    digestState(Float32Array.from(values), { ...state, scalars: { z: 0.5, y } }, { algorithm });
  const all = [digest([0]), digest([-0]), digest([0, 0]), digest([0], -1.0000000000000002), digest([])];
  expect(new Set(all).size).toBe(all.length);
});

it('hashes histories after the scalars, each by name and value, and nothing where there are none', () => {
  const zero = Float32Array.of(0);
  const digest = digestState(zero, { ...state, histories: { 'clip.0.norms': [1, 2] } });
  expect(digest).not.toBe(digestState(zero, state));
  expect(digestState(zero, { ...state, histories: { 'clip.0.norms': [1, 2.0000000000000004] } })).not.toBe(digest);
  expect(digestState(zero, { ...state, histories: { 'clip.1.norms': [1, 2] } })).not.toBe(digest);
});
