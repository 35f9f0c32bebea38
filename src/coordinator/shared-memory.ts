// The payload road on the coordinator's own machine: weights are laid once into a file that all its workers read, gradients are
// read from a file of each worker. docs/protocol.md, "Shared memory".
import { randomBytes } from 'node:crypto';
import { ProtocolError } from '../errors.js';
import { cutVector, type Chunk, type TensorHeader } from '../protocol/chunks.js';
import { encodeCellHeader, type Frame } from '../protocol/frame.js';
import { CellFile, nonceBytes, type CellFileShape, type FileMover } from '../transport/cell-file.js';
import type { Peer } from './peer.js';

/** A late worker may still read the weights of the step before. */
const weightsSlots = 2;

interface Lane {
  readonly gradients: CellFile;
  isTaken: boolean;
}

export class SharedMemory {
  readonly #folder: string;
  readonly #vectorBytes: number;
  readonly #shards: number;
  readonly #mover: FileMover;
  readonly #weights: CellFile;
  readonly #nonce = randomBytes(nonceBytes);
  readonly #lanes = new Map<Peer, Lane>();

  /** Makes the file for weights of `parameters` values; an answer has at most `shards` tree nodes. Throws `SHM_UNAVAILABLE`, `SHM_FULL`. */
  constructor(folder: string, parameters: number, shards: number, mover: FileMover) {
    this.#mover = mover;
    this.#folder = folder;
    this.#vectorBytes = 4 * parameters;
    this.#shards = shards;
    this.#weights = CellFile.create(folder, this.#shapeOf(weightsSlots), mover);
    this.#weights.writeNonce('owner', this.#nonce);
  }

  /** Tells a worker where its files are. Throws `SHM_UNAVAILABLE`, `SHM_FULL`. */
  offer(peer: Peer): void {
    const gradients = CellFile.create(this.#folder, this.#shapeOf(this.#shards), this.#mover);
    this.#lanes.set(peer, { gradients, isTaken: false });
    gradients.writeNonce('owner', this.#nonce);
    peer.send({
      sharedMemory: {
        processId: process.pid,
        weightsFd: this.#weights.fd,
        gradientsFd: gradients.fd,
        cellBytes: this.#vectorBytes,
        weightsCells: this.#shapeOf(weightsSlots).cells,
        gradientsCells: this.#shapeOf(this.#shards).cells,
        nonce: this.#nonce,
      },
    });
  }

  /** Takes in a worker's proof that it sees the same files; true when it does, false when it says that it does not. */
  prove(peer: Peer, nonce: Uint8Array): boolean {
    const lane = this.#lanes.get(peer);
    if (!lane || lane.isTaken)
      throw new ProtocolError('MESSAGE_UNEXPECTED', 'SharedMemoryTaken came, and nothing was offered.');
    if (nonce.length === 0) {
      this.leave(peer);
      return false;
    }
    if (Buffer.compare(lane.gradients.readNonce('peer'), nonce) !== 0 || nonce.length !== nonceBytes) {
      throw new ProtocolError(
        'CELL_INVALID',
        'A worker names a nonce that is not in the shared memory it was offered.',
      );
    }
    lane.isTaken = true;
    return true;
  }

  isTaken(peer: Peer): boolean {
    return this.#lanes.get(peer)?.isTaken === true;
  }

  /** Lays the weights of a step out; returns the frame that tells of them. Throws `SHM_FULL`. */
  writeWeights(header: TensorHeader, params: Float32Array): Uint8Array {
    const cell = header.step % weightsSlots;
    const [whole] = cutVector(header, params, this.#vectorBytes);
    const frame = encodeCellHeader((whole as Chunk).header, cell);
    this.#weights.write(cell, frame, (whole as Chunk).payload);
    return frame;
  }

  /** Reads the gradient that a worker's frame tells of into `target`. */
  read(peer: Peer, { cell, head }: Frame, target: Uint8Array): void {
    const lane = this.#lanes.get(peer);
    if (cell === undefined || !lane?.isTaken) {
      throw new ProtocolError('CELL_INVALID', 'A frame points to shared memory that was not agreed on.');
    }
    lane.gradients.read(cell, head, target);
  }

  leave(peer: Peer): void {
    this.#lanes.get(peer)?.gradients.close();
    this.#lanes.delete(peer);
  }

  close(): void {
    for (const peer of this.#lanes.keys()) this.leave(peer);
    this.#weights.close();
  }

  /** A cell holds a vector. */
  #shapeOf(cells: number): CellFileShape {
    return { cellBytes: this.#vectorBytes, cells };
  }
}
