// How tensors travel over one connection of a worker: in their frames, or through shared memory where that is agreed on.
import { copyBytes, crc32 } from '../backend/bytes.js';
import { ProtocolError, TransportError } from '../errors.js';
import {
  copyOf,
  cutVector,
  encodeVector,
  payloadSize,
  VectorAssembly,
  type CopyChunk,
  type TensorHeader,
} from '../protocol/chunks.js';
import type { ControlBodies } from '../protocol/control.js';
import type { Frame, FrameHeader } from '../protocol/frame.js';
import { defaultLimits } from '../protocol/limits.js';
import type { Message } from '../protocol/message.js';
import type { QuantisedVector } from '../protocol/quantise.js';
import { SharedMemory } from './shared-memory.js';

/** A gradient that is to travel. */
export interface NodeVector {
  readonly vector: Float32Array | QuantisedVector;
  /** The cell of shared memory in which it was computed. */
  readonly cell?: number | undefined;
}

export interface ArrivedWeights {
  readonly step: number;
  readonly params: Float32Array;
}

export class TensorRoad {
  #sharedMemory: SharedMemory | undefined;
  /** Weights that are arriving; without an assembly: newer ones were written over them. */
  #weights: { readonly step: number; readonly assembly: VectorAssembly | undefined } | undefined;

  /** Takes shared memory up; its nonce is the proof that it is seen. Throws `SHM_UNAVAILABLE`, `SHM_FULL`. */
  takeSharedMemory(offer: ControlBodies['sharedMemory']): SharedMemory {
    if (this.#sharedMemory) throw new ProtocolError('MESSAGE_UNEXPECTED', 'A second SharedMemory came.');
    this.#sharedMemory = SharedMemory.take(offer);
    return this.#sharedMemory;
  }

  get hasSharedMemory(): boolean {
    return this.#sharedMemory !== undefined;
  }

  /** Adds a chunk of weights; returns them when they are whole. `vectorFor` says where those of a step are to lie. */
  addWeights(frame: Frame, vectorFor: (step: number) => Float32Array): ArrivedWeights | undefined {
    const { step, offset } = frame.header;
    if (offset === 0) {
      const vector = this.#sharedMemory?.slotOf(frame.cell) ?? vectorFor(step);
      this.#weights = { step, assembly: new VectorAssembly(vector) };
    }
    if (this.#weights?.step !== step)
      throw new ProtocolError('CHUNK_OUT_OF_ORDER', 'Weights of another step came in between.');
    const params = this.#add(frame, this.#weights.assembly);
    if (!params) return undefined;
    this.#weights = undefined;
    return { step, params };
  }

  #add(frame: Frame, assembly: VectorAssembly | undefined): Float32Array | undefined {
    try {
      return assembly?.add(frame.header, this.#copyOf(frame));
    } catch (error) {
      const isOvertaken = error instanceof ProtocolError && error.code === 'CELL_OVERWRITTEN';
      if (!isOvertaken) throw error;
      // This worker is two steps late: nobody wants those weights any more, and newer ones have been announced.
      this.#weights = { step: frame.header.step, assembly: undefined };
      return undefined;
    }
  }

  #copyOf(frame: Frame): CopyChunk {
    const sharedMemory = this.#sharedMemory;
    if (frame.cell === undefined) return copyOf(frame.payload, copyBytes);
    if (sharedMemory) return (target) => sharedMemory.read(frame, target);
    throw new ProtocolError('CELL_INVALID', 'A frame points to shared memory that was not agreed on.');
  }

  /** Begins an answer: what was sent before has been read, or will not be. */
  beginAnswer(isComputedInCells = false): void {
    this.#sharedMemory?.rewind(isComputedInCells);
  }

  /** Encodes a vector, chunk by chunk; `onFull` is told once when shared memory takes no more. */
  *encode(
    header: TensorHeader,
    { vector, cell }: NodeVector,
    maxChunkBytes: number,
    onFull: (error: TransportError) => void,
  ): Generator<Message> {
    let sent = { offset: 0, chunk: 0 };
    if (this.#sharedMemory && cell !== undefined) {
      for (const whole of cutVector(header, vector, payloadSize(vector)))
        yield [this.#sharedMemory.announce(whole.header, cell)];
      return;
    }
    if (this.#sharedMemory) {
      for (const { header: part, payload } of cutVector(header, vector, this.#sharedMemory.cellBytes)) {
        const frame = this.#write(part, payload, onFull);
        if (!frame) break;
        yield [frame];
        sent = { offset: part.offset + part.count, chunk: part.chunk + 1 };
      }
    }
    const chunkBytes = Math.min(maxChunkBytes, defaultLimits.maxChunkBytes);
    yield* encodeVector(header, vector, chunkBytes, crc32, sent);
  }

  #write(header: FrameHeader, payload: Uint8Array, onFull: (error: TransportError) => void): Uint8Array | undefined {
    try {
      return this.#sharedMemory?.write(header, payload);
    } catch (error) {
      if (!(error instanceof TransportError)) throw error;
      onFull(error);
      return undefined;
    }
  }

  close(): void {
    this.#sharedMemory?.close();
    this.#sharedMemory = undefined;
  }
}
