// Gradients in fewer bytes: each shard's rounded alone and without state, so that the bits do not depend on who computes it.
// bf16 and f16 to nearest; int8 at random from (seed, step, shard, index): QSGD (Alistarh and others 2017).
import { randomWords, type RandomKey } from '../random/philox.js';
import { streamKey } from '../random/random-stream.js';
import { decodeBf16, decodeF16, encodeBf16, encodeF16 } from '../tensor/half-precision.js';
import { decodeInt8, encodeInt8, int8BlockSize } from '../tensor/int8.js';
import type { VectorArena } from '../tensor/vector-arena.js';
import type { CopyChunk } from './chunks.js';
import { payloadBytes } from './frame.js';
import type { LossyDtype } from './wire-dtype.js';

/** A vector in a wire format; int8 has a scale for each 256 values. */
export type QuantisedVector =
  | { readonly dtype: 'bf16' | 'f16'; readonly words: Uint16Array }
  | { readonly dtype: 'int8'; readonly integers: Int8Array; readonly scales: Float32Array };

function allocateQuantised(arena: VectorArena, dtype: LossyDtype, length: number): QuantisedVector {
  const room = arena.allocate(Math.ceil(length / (dtype === 'int8' ? 4 : 2)));
  if (dtype !== 'int8') return { dtype, words: new Uint16Array(room.buffer, room.byteOffset, length) };
  const scales = arena.allocate(Math.ceil(length / int8BlockSize));
  return { dtype, integers: new Int8Array(room.buffer, room.byteOffset, length), scales };
}

/** Rounds finite `values` into `target`; `key` draws for int8. */
export function quantiseIn(arena: VectorArena, values: Float32Array, target: QuantisedVector, key: RandomKey): void {
  const { kernels } = arena;
  const from = arena.addressOf(values);
  if (target.dtype === 'int8') {
    const [integers, scales] = [arena.addressOf(target.integers), arena.addressOf(target.scales)];
    if (kernels && from !== undefined && integers !== undefined && scales !== undefined) {
      kernels.encodeInt8(from, values.length, integers, scales, ...key);
      return;
    }
    const encoded = encodeInt8(values, (group) => randomWords(key, [group, 0, 0, 0]));
    target.integers.set(encoded.integers);
    target.scales.set(encoded.scales);
    return;
  }
  const to = arena.addressOf(target.words);
  const isBf16 = target.dtype === 'bf16';
  if (!kernels || from === undefined || to === undefined) (isBf16 ? encodeBf16 : encodeF16)(values, target.words);
  else if (isBf16) kernels.encodeBf16(from, to, values.length);
  else kernels.encodeF16(from, to, values.length);
}

/** Lays the values of `source` into `target`, without another rounding for bf16 and f16, with one for int8. */
export function dequantiseIn(arena: VectorArena, source: QuantisedVector, target: Float32Array): void {
  const { kernels } = arena;
  const to = arena.addressOf(target);
  if (source.dtype === 'int8') {
    const [integers, scales] = [arena.addressOf(source.integers), arena.addressOf(source.scales)];
    if (!kernels || to === undefined || integers === undefined || scales === undefined) decodeInt8(source, target);
    else kernels.decodeInt8(integers, scales, target.length, to);
    return;
  }
  const from = arena.addressOf(source.words);
  const isBf16 = source.dtype === 'bf16';
  if (!kernels || from === undefined || to === undefined) (isBf16 ? decodeBf16 : decodeF16)(source.words, target);
  else if (isBf16) kernels.decodeBf16(from, to, target.length);
  else kernels.decodeF16(from, to, target.length);
}

/** The bytes of values `offset` to `offset + count`, as a chunk carries them: for int8 the scales, then the integers. */
export function payloadOf(vector: QuantisedVector, offset: number, count: number): Uint8Array {
  if (vector.dtype !== 'int8')
    return new Uint8Array(vector.words.buffer, vector.words.byteOffset + 2 * offset, 2 * count);
  const { scales, integers } = vector;
  const firstBlock = offset / int8BlockSize;
  const scaleBytes = 4 * Math.ceil(count / int8BlockSize);
  const payload = new Uint8Array(scaleBytes + count);
  payload.set(new Uint8Array(scales.buffer, scales.byteOffset + 4 * firstBlock, scaleBytes));
  payload.set(new Uint8Array(integers.buffer, integers.byteOffset + offset, count), scaleBytes);
  return payload;
}

/** Rounds the gradients of a worker's shards; the memory of one answer is used again for the next. */
export class ShardQuantiser {
  readonly #arena: VectorArena;
  readonly #dtype: LossyDtype;
  readonly #seed: number;
  readonly #rooms: QuantisedVector[] = [];
  #used = 0;
  #step = 0;

  constructor(arena: VectorArena, dtype: LossyDtype, seed: number) {
    this.#arena = arena;
    this.#dtype = dtype;
    this.#seed = seed;
  }

  /** Begins the answer to a lease of `step`: what was given out before may be written over. */
  begin(step: number): void {
    this.#step = step;
    this.#used = 0;
  }

  /** Rounds a shard's finite gradient; `vector` then holds what the coordinator will read. All vectors have one length. */
  quantise(shard: number, vector: Float32Array): QuantisedVector {
    const room = (this.#rooms[this.#used] ??= allocateQuantised(this.#arena, this.#dtype, vector.length));
    this.#used += 1;
    quantiseIn(this.#arena, vector, room, streamKey(this.#seed, 'wire', this.#step, shard));
    dequantiseIn(this.#arena, room, vector);
    return room;
  }
}

/** Decodes chunks as they arrive. */
export class Dequantiser {
  readonly dtype: LossyDtype;
  readonly #arena: VectorArena;
  #room: Float32Array;

  constructor(arena: VectorArena, dtype: LossyDtype) {
    this.dtype = dtype;
    this.#arena = arena;
    this.#room = arena.allocate(0);
  }

  /** Fills `target` with the values of a chunk, whose payload `copy` writes. */
  decode(copy: CopyChunk, target: Float32Array): void {
    const bytes = payloadBytes(this.dtype, target.length);
    if (this.#room.byteLength < bytes) {
      this.#arena.free(this.#room);
      this.#room = this.#arena.allocate(Math.ceil(bytes / 4));
    }
    const { buffer, byteOffset } = this.#room;
    copy(new Uint8Array(buffer, byteOffset, bytes));
    dequantiseIn(this.#arena, this.#viewOf(buffer, byteOffset, target.length), target);
  }

  #viewOf(buffer: ArrayBufferLike, start: number, count: number): QuantisedVector {
    const { dtype } = this;
    if (dtype !== 'int8') return { dtype, words: new Uint16Array(buffer, start, count) };
    const numScales = Math.ceil(count / int8BlockSize);
    const integers = new Int8Array(buffer, start + 4 * numScales, count);
    return { dtype, integers, scales: new Float32Array(buffer, start, numScales) };
  }
}
