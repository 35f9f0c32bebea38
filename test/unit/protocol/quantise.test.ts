// Gradients in fewer bytes: what arrives is what the oracles say, however it is cut, and whoever computed it.
import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { encodeVector, copyOf, VectorAssembly } from '../../../src/protocol/chunks.js';
import { messageBytes } from '../../../src/protocol/message.js';
import { decodeFrame } from '../../../src/protocol/frame.js';
import { Dequantiser, ShardQuantiser } from '../../../src/protocol/quantise.js';
import { randomWords } from '../../../src/random/philox.js';
import { streamKey } from '../../../src/random/random-stream.js';
import { decodeBf16, decodeF16, encodeBf16, encodeF16 } from '../../../src/tensor/half-precision.js';
import { decodeInt8, encodeInt8 } from '../../../src/tensor/int8.js';
import { createVectorArena, type VectorArena } from '../../../src/tensor/vector-arena.js';

const size = 1000;
const [seed, step] = [7, 3];
const header = {
  kind: 'gradient',
  generation: 1,
  step,
  attempt: 2,
  level: 0,
  index: 1,
  runId: '00000000000000ff',
} as const;

const oracles = {
  bf16: (values: Float32Array, target: Float32Array) => {
    const words = new Uint16Array(size);
    encodeBf16(values, words);
    decodeBf16(words, target);
  },
  f16: (values: Float32Array, target: Float32Array) => {
    const words = new Uint16Array(size);
    encodeF16(values, words);
    decodeF16(words, target);
  },
  int8: (values: Float32Array, target: Float32Array, shard: number) => {
    const key = streamKey(seed, 'wire', step, shard);
    decodeInt8(
      encodeInt8(values, (group) => randomWords(key, [group, 0, 0, 0])),
      target,
    );
  },
};

const gradientOf = (shard: number): Float32Array =>
  Float32Array.from({ length: size }, (_, i) => Math.sin(i * (shard + 1)) / (1 + (i % 7)));

/** Sends one shard's gradient; the other end has memory of its own. */
function send(
  dtype: keyof typeof oracles,
  shard: number,
  chunkBytes: number,
  arena: VectorArena,
  other = createVectorArena(),
) {
  const vector = arena.allocate(size);
  vector.set(gradientOf(shard));
  const quantiser = new ShardQuantiser(arena, dtype, seed);
  quantiser.begin(step);
  quantiser.quantise(shard + 1, arena.allocate(size).fill(1)); // another shard of the lease comes before it
  const frames = [...encodeVector(header, quantiser.quantise(shard, vector), chunkBytes, crc32)];
  const assembly = new VectorAssembly(other.allocate(size), new Dequantiser(other, dtype));
  const arrived = frames.map((bytes) => {
    const frame = decodeFrame(bytes, crc32);
    return assembly.add(frame.header, copyOf(frame.payload));
  });
  return {
    sent: vector,
    arrived: arrived.at(-1),
    bytes: frames.reduce((sum, frame) => sum + messageBytes(frame) - 64, 0),
  };
}

describe.each(['bf16', 'f16', 'int8'] as const)('a gradient as %s', (dtype) => {
  it.each([100_000, 999, 260])('arrives as the oracle rounds it, in chunks of %i bytes', (chunkBytes) => {
    const expected = new Float32Array(size);
    oracles[dtype](gradientOf(4), expected, 4);
    for (const arena of [createVectorArena(), createVectorArena({ maxPages: 0 })]) {
      const { sent, arrived, bytes } = send(dtype, 4, chunkBytes, arena);
      expect(arrived?.slice()).toEqual(expected);
      expect(sent.slice()).toEqual(expected); // norm and health of the shard are of what travels
      expect(bytes).toBe(dtype === 'int8' ? size + 4 * 4 : 2 * size);
    }
  });

  it('is refused where the run has another format', () => {
    const arena = createVectorArena();
    const assembly = new VectorAssembly(arena.allocate(size));
    const quantiser = new ShardQuantiser(arena, dtype, seed);
    const [bytes] = encodeVector(header, quantiser.quantise(0, arena.allocate(size).fill(1)), 100_000, crc32);
    const frame = decodeFrame(bytes!, crc32);
    expect(() => assembly.add(frame.header, copyOf(frame.payload))).toThrow('wanted chunk 0 with f32 values');
  });
});
