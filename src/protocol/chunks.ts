// A flat vector on the wire: cut into frames by the sender, put together again by the receiver.
import { ProtocolError } from '../errors.js';
import { encodeFrame, type Checksum, type FrameHeader } from './frame.js';

export type TensorHeader = Omit<FrameHeader, 'chunk' | 'offset' | 'count' | 'total' | 'dtype'>;

/** A part of a vector, with the header under which it travels. */
export interface Chunk {
  readonly header: FrameHeader;
  /** A view of the vector. */
  readonly payload: Uint8Array;
}

/** Writes a chunk's payload to where it belongs, filling `target`. */
export type CopyChunk = (target: Uint8Array) => void;

/** How many chunks of at most `maxChunkBytes` a vector of `length` values makes. */
export function numChunks(length: number, maxChunkBytes: number): number {
  return Math.ceil(length / valuesPerChunk(maxChunkBytes));
}

function valuesPerChunk(maxChunkBytes: number): number {
  return Math.max(1, Math.floor(maxChunkBytes / 4));
}

/** Cuts a float32 vector into chunks of at most `maxChunkBytes`. */
export function* cutVector(header: TensorHeader, vector: Float32Array, maxChunkBytes: number): Generator<Chunk> {
  const perChunk = valuesPerChunk(maxChunkBytes);
  const bytes = new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength);
  for (let offset = 0, chunk = 0; offset < vector.length; offset += perChunk, chunk += 1) {
    const count = Math.min(perChunk, vector.length - offset);
    const payload = bytes.subarray(4 * offset, 4 * (offset + count));
    yield { header: { ...header, dtype: 'f32', chunk, offset, count, total: vector.length }, payload };
  }
}

/** Cuts a float32 vector into frames of at most `maxChunkBytes` payload. */
export function encodeVector(
  header: TensorHeader,
  vector: Float32Array,
  maxChunkBytes: number,
  checksum: Checksum,
): Uint8Array[] {
  return Array.from(cutVector(header, vector, maxChunkBytes), (chunk) =>
    encodeFrame(chunk.header, chunk.payload, checksum),
  );
}

/** A vector that is arriving: chunks come in order, since one connection carries them. */
export class VectorAssembly {
  /** What has arrived so far, and whatever was there before. */
  readonly vector: Float32Array;
  readonly #bytes: Uint8Array;
  #filled = 0;
  #nextChunk = 0;

  constructor(vector: Float32Array) {
    this.vector = vector;
    this.#bytes = new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength);
  }

  /** Adds a chunk that `decodeFrame` let through; returns the vector when it is whole. A gap, a repetition, nothing or another size is a ProtocolError. */
  add(header: FrameHeader, copy: CopyChunk): Float32Array | undefined {
    const { dtype, chunk, offset, count, total } = header;
    const isNext = chunk === this.#nextChunk && offset === this.#filled && count > 0;
    if (dtype !== 'f32' || total !== this.vector.length || !isNext) {
      throw new ProtocolError(
        'CHUNK_OUT_OF_ORDER',
        `Chunk ${chunk} with ${count} ${dtype} values from ${offset} of ${total} came, wanted chunk ${this.#nextChunk} with f32 values from ${this.#filled} of ${this.vector.length}.`,
      );
    }
    copy(this.#bytes.subarray(4 * offset, 4 * (offset + count)));
    this.#filled += count;
    this.#nextChunk += 1;
    return this.#filled === this.vector.length ? this.vector : undefined;
  }
}

/** The copy of a payload that came with its frame. */
export function copyOf(payload: Uint8Array): CopyChunk {
  return (target) => target.set(payload);
}
