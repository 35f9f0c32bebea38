// The digest of a state: which bytes, in which order.
import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { digestState } from '../../../src/checkpoint/digest.js';

const state = { moments: { b: Float32Array.of(3), a: Float32Array.of(2) }, scalars: { z: 0.5, y: -1 }, histories: {} };

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
  expect(digestState(Float32Array.of(1), state)).toBe(createHash('sha256').update(bytes).digest('hex'));
});

it('hashes only the part of a buffer that a view shows', () => {
  const whole = Float32Array.of(9, 1, 9);
  expect(digestState(whole.subarray(1, 2), state)).toBe(digestState(Float32Array.of(1), state));
});

it('tells 0 from -0 and one scalar from another', () => {
  const digest = digestState(Float32Array.of(0), state);
  expect(digestState(Float32Array.of(-0), state)).not.toBe(digest);
  expect(digestState(Float32Array.of(0), { ...state, scalars: { z: 0.5, y: -1.0000000000000002 } })).not.toBe(digest);
});

it('hashes histories after the scalars, each by name and value, and nothing where there are none', () => {
  const params = Float32Array.of(0);
  const digest = digestState(params, { ...state, histories: { 'clip.0.norms': [1, 2] } });
  expect(digest).not.toBe(digestState(params, state));
  expect(digestState(params, { ...state, histories: { 'clip.0.norms': [1, 2.0000000000000004] } })).not.toBe(digest);
  expect(digestState(params, { ...state, histories: { 'clip.1.norms': [1, 2] } })).not.toBe(digest);
});
