// A flat vector on the wire: cut into frames by the sender, put together again by the receiver.
import { ProtocolError } from '../errors.js';
import { int8BlockSize } from '../tensor/int8.js';
import { encodeFrame, headerBytes, payloadBytes, type Checksum, type FrameHeader } from './frame.js';
import { copyMessage, type CopyBytes, type Message } from './message.js';
import { payloadOf, type Dequantiser, type QuantisedVector } from './quantise.js';
import type { WireDtype } from './wire-dtype.js';

export type TensorHeader = Omit<FrameHeader, 'chunk' | 'offset' | 'count' | 'total' | 'dtype'>;

/** A part of a vector, with the header under which it travels. */
export interface Chunk {
  readonly header: FrameHeader;
  /** A view of the vector. */
  readonly payload: Uint8Array;
}

/** Writes a chunk's payload to where it belongs, filling `target`. */
export type CopyChunk = (target: Uint8Array) => void;

/** Chunks of int8 begin and end with whole blocks. */
function valuesPerChunk(dtype: WireDtype, maxChunkBytes: number): number {
  const least = dtype === 'int8' ? int8BlockSize : 1;
  return least * Math.max(1, Math.floor(maxChunkBytes / payloadBytes(dtype, least)));
}

/** The bytes of each frame that a vector of `length` values makes as `dtype`, headers and all. */
export function frameSizes(dtype: WireDtype, length: number, maxChunkBytes: number): number[] {
  const perChunk = valuesPerChunk(dtype, maxChunkBytes);
  return Array.from({ length: Math.ceil(length / perChunk) }, (_, chunk) => {
    const count = Math.min(perChunk, length - chunk * perChunk);
    return headerBytes + payloadBytes(dtype, count);
  });
}

/** Cuts a vector, from chunk `from` on, into chunks of at most `maxChunkBytes` (but of a block at least, for int8). */
export function* cutVector(
  header: TensorHeader,
  vector: Float32Array | QuantisedVector,
  maxChunkBytes: number,
  from: Pick<FrameHeader, 'offset' | 'chunk'> = { offset: 0, chunk: 0 },
): Generator<Chunk> {
  const { dtype, length } = describe(vector);
  const perChunk = valuesPerChunk(dtype, maxChunkBytes);
  for (let { offset, chunk } = from; offset < length; offset += perChunk, chunk += 1) {
    const count = Math.min(perChunk, length - offset);
    const payload =
      'dtype' in vector
        ? payloadOf(vector, offset, count)
        : new Uint8Array(vector.buffer, vector.byteOffset + 4 * offset, 4 * count);
    yield { header: { ...header, dtype, chunk, offset, count, total: length }, payload };
  }
}

function describe(vector: Float32Array | QuantisedVector): { readonly dtype: WireDtype; readonly length: number } {
  if (!('dtype' in vector)) return { dtype: 'f32', length: vector.length };
  return { dtype: vector.dtype, length: vector.dtype === 'int8' ? vector.integers.length : vector.words.length };
}

/** Bytes of a whole vector on the wire. */
export function payloadSize(vector: Float32Array | QuantisedVector): number {
  const { dtype, length } = describe(vector);
  return payloadBytes(dtype, length);
}

/** Cuts a vector, from chunk `from` on, into frames of at most `maxChunkBytes` payload, which are views of it. */
export function* encodeVector(
  header: TensorHeader,
  vector: Float32Array | QuantisedVector,
  maxChunkBytes: number,
  checksum: Checksum,
  from?: Pick<FrameHeader, 'offset' | 'chunk'>,
): Generator<Message> {
  for (const chunk of cutVector(header, vector, maxChunkBytes, from)) {
    yield encodeFrame(chunk.header, chunk.payload, checksum);
  }
}

/** A vector that is arriving: chunks come in order, since one connection carries them. */
export class VectorAssembly {
  /** What has arrived so far, and whatever was there before. */
  readonly vector: Float32Array;
  readonly #bytes: Uint8Array;
  readonly #dequantiser: Dequantiser | undefined;
  #filled = 0;
  #nextChunk = 0;

  /** Chunks are to have the dtype of `dequantiser`, or float32. */
  constructor(vector: Float32Array, dequantiser?: Dequantiser) {
    this.vector = vector;
    this.#dequantiser = dequantiser;
    this.#bytes = new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength);
  }

  /** Adds a chunk that `decodeFrame` let through; returns the vector when it is whole. A gap, a repetition, nothing or another size is a ProtocolError. */
  add(header: FrameHeader, copy: CopyChunk): Float32Array | undefined {
    const { dtype, chunk, offset, count, total } = header;
    const isNext = chunk === this.#nextChunk && offset === this.#filled && count > 0;
    const wanted = this.#dequantiser?.dtype ?? 'f32';
    if (dtype !== wanted || total !== this.vector.length || !isNext) {
      throw new ProtocolError(
        'CHUNK_OUT_OF_ORDER',
        `Chunk ${chunk} with ${count} ${dtype} values from ${offset} of ${total} came, wanted chunk ${this.#nextChunk} with ${wanted} values from ${this.#filled} of ${this.vector.length}.`,
      );
    }
    if (this.#dequantiser) this.#dequantiser.decode(copy, this.vector.subarray(offset, offset + count));
    else copy(this.#bytes.subarray(4 * offset, 4 * (offset + count)));
    this.#filled += count;
    this.#nextChunk += 1;
    return this.#filled === this.vector.length ? this.vector : undefined;
  }
}

/** The copy of a payload that came with its frame. */
export function copyOf(payload: Message, copyBytes?: CopyBytes): CopyChunk {
  return (target) => copyMessage(payload, target, copyBytes);
}
