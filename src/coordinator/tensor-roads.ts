// How tensors travel between the coordinator and its workers: weights encoded once for each road, gradients read from where they lie.
import { copyBytes, crc32 } from '../backend/bytes.js';
import { ProtocolError, TransportError } from '../errors.js';
import { copyOf, encodeVector, type CopyChunk, type TensorHeader } from '../protocol/chunks.js';
import type { ControlBodies } from '../protocol/control.js';
import type { Frame } from '../protocol/frame.js';
import { defaultLimits } from '../protocol/limits.js';
import { sharedMemoryCapability, type PayloadChoice } from '../protocol/payload.js';
import type { TrainingState } from './apply-update.js';
import type { PagedVector } from '../tensor/vector-arena.js';
import type { FileMover } from '../transport/cell-file.js';
import { SendMemory } from '../transport/send-memory.js';
import type { Peer } from './peer.js';
import type { RunPlan } from './run-plan.js';
import { SharedMemory } from './shared-memory.js';

export interface TensorRoadsOptions {
  readonly payload: PayloadChoice;
  readonly plan: RunPlan;
  /** Moves vectors into shared memory and out of it. */
  readonly mover: FileMover;
  allocatePages(length: number): PagedVector | undefined;
  readonly runId: string;
  readonly generation: number;
  /** The live state: its weights go out as they are when they are asked for. */
  readonly state: TrainingState;
  /** Shared memory was to be used and is not to be had, or takes no more; frames take its place. Called once. */
  onClosed(error: TransportError): void;
}

/** The weights of a step in frames. */
interface FramedWeights {
  readonly step: number;
  /** Those that have been made. */
  readonly frames: Uint8Array[];
  /** Makes the others. */
  readonly rest: Iterator<Uint8Array>;
  /** Workers to which they have not left. */
  numLeaving: number;
}

const sharedMemoryFolder = '/dev/shm';

export class TensorRoads {
  readonly #options: TensorRoadsOptions;
  #sharedMemory: SharedMemory | undefined;
  /** Weights still fit into shared memory. */
  #hasRoom = true;
  #hasFailed = false;
  #inFrames: FramedWeights | undefined;
  #inCells: { readonly step: number; readonly frame: Uint8Array } | undefined;
  readonly #memory = new SendMemory(copyBytes);

  /** With payload `shm`, throws `SHM_UNAVAILABLE` or `SHM_FULL` where there is none. */
  constructor(options: TensorRoadsOptions) {
    this.#options = options;
    const { payload, plan } = options;
    if (payload === 'frame') return;
    this.#attempt(() => {
      this.#sharedMemory = new SharedMemory(sharedMemoryFolder, plan.layout.size, plan.core.numShards, options);
    });
  }

  /** Offers shared memory to a worker of this machine that can take it. With payload `shm`, others are a ProtocolError, and no room for it a TransportError that ends the run. */
  offer(peer: Peer, { capabilities, protocolMinor }: ControlBodies['hello']): void {
    const canTake = peer.connection.isLocal && protocolMinor >= 1 && capabilities.includes(sharedMemoryCapability);
    if (canTake && this.#hasFailed) return; // there is no room for one more
    if (canTake) this.#attempt(() => this.#sharedMemory?.offer(peer));
    else this.#refuse('It is not on the machine of the coordinator, or runs with --payload frame.');
  }

  /** Takes in the answer to an offer; tells whether tensors go through shared memory from now on. */
  onTaken(peer: Peer, { nonce }: ControlBodies['sharedMemoryTaken']): boolean {
    if (!this.#sharedMemory)
      throw new ProtocolError('MESSAGE_UNEXPECTED', 'SharedMemoryTaken came, and nothing was offered.');
    const isTaken = this.#sharedMemory.prove(peer, nonce);
    if (!isTaken) this.#refuse('It does not see the shared memory of the coordinator.');
    return isTaken;
  }

  /** Tells whether a worker's gradients lie in shared memory, where they cost nothing until they are summed. */
  isShared(peer: Peer): boolean {
    return this.#sharedMemory?.isTaken(peer) === true;
  }

  /** Sends the weights of the present step to a worker; one encoding serves all on its road. */
  sendWeights(peer: Peer): void {
    const isLaidOut = this.#hasRoom && this.isShared(peer) && this.#layOutWeights();
    if (isLaidOut && this.#inCells) peer.connection.send(this.#inCells.frame);
    else this.#sendFrames(peer, this.#frameWeights());
  }

  /** The first worker is sent each frame as soon as it is made. */
  #sendFrames({ connection }: Peer, weights: FramedWeights): void {
    for (const frame of weights.frames) connection.send(frame);
    for (let next = weights.rest.next(); !next.done; next = weights.rest.next()) {
      weights.frames.push(next.value);
      connection.send(next.value);
    }
    weights.numLeaving += 1;
    connection.whenSent(() => {
      weights.numLeaving -= 1;
      this.#giveBack(weights);
    });
  }

  /** Weights of later steps take the memory of those that have left. */
  #giveBack({ frames, numLeaving }: FramedWeights): void {
    if (frames === this.#inFrames?.frames || numLeaving > 0) return;
    for (const frame of frames.splice(0)) this.#memory.giveBack(frame);
  }

  #layOutWeights(): boolean {
    const { step, params } = this.#options.state;
    if (this.#inCells?.step === step) return true;
    this.#hasRoom = this.#attempt(() => {
      const frame = this.#sharedMemory?.writeWeights(this.#header(step), params);
      this.#inCells = frame && { step, frame };
    });
    return this.#hasRoom;
  }

  #frameWeights(): FramedWeights {
    const { step } = this.#options.state;
    const old = this.#inFrames;
    if (old?.step === step) return old;
    this.#inFrames = { step, frames: [], rest: this.#encodeWeights(), numLeaving: 0 };
    if (old) this.#giveBack(old);
    return this.#inFrames;
  }

  *#encodeWeights(): Generator<Uint8Array> {
    const { step, params } = this.#options.state;
    for (const message of encodeVector(this.#header(step), params, defaultLimits.maxChunkBytes, crc32)) {
      yield this.#memory.copy(message); // the next step changes the weights, when these may still wait
    }
  }

  #header(step: number): TensorHeader {
    const { runId, generation } = this.#options;
    return { kind: 'weights', generation, step, attempt: 0, level: 0, index: 0, runId };
  }

  /** Where the weights of a step can be computed for the road that most take. */
  placeFor(step: number): Float32Array | undefined {
    return this.#hasRoom ? this.#sharedMemory?.placeFor(step) : undefined;
  }

  /** A gradient where it lies, in the worker's memory; undefined: it has to be copied. */
  viewOf(peer: Peer, frame: Frame): Float32Array | undefined {
    return frame.cell === undefined ? undefined : this.#sharedMemory?.viewOf(peer, frame);
  }

  /** How a gradient's chunk is copied from where it lies. */
  copyOf(peer: Peer, frame: Frame): CopyChunk {
    if (frame.cell === undefined) return copyOf(frame.payload, copyBytes);
    return (target) => {
      if (!this.#sharedMemory)
        throw new ProtocolError('CELL_INVALID', 'A frame points to shared memory, and there is none.');
      this.#sharedMemory.read(peer, frame, target);
    };
  }

  /** Does what needs shared memory; false: it cannot be had, and frames take its place unless the user wants nothing else. */
  #attempt(act: () => void): boolean {
    try {
      act();
      return true;
    } catch (error) {
      if (!(error instanceof TransportError)) throw error;
      if (this.#options.payload === 'shm') throw error;
      if (!this.#hasFailed) this.#options.onClosed(error);
      this.#hasFailed = true;
      return false;
    }
  }

  #refuse(reason: string): void {
    if (this.#options.payload !== 'shm') return;
    throw new ProtocolError(
      'SHM_UNAVAILABLE',
      `The run takes workers with shared memory only (--payload shm), and this one has none. ${reason}`,
    );
  }

  leave(peer: Peer): void {
    this.#sharedMemory?.leave(peer);
  }

  close(): void {
    this.#sharedMemory?.close();
    this.#sharedMemory = undefined;
  }
}
