// The payload road on the coordinator's own machine: weights are laid once into a file that all its workers read, gradients are
// read from a file of each worker. docs/protocol.md, "Shared memory".
import { randomBytes } from 'node:crypto';
import { ProtocolError } from '../errors.js';
import { cutVector, type Chunk, type TensorHeader } from '../protocol/chunks.js';
import { encodeCellHeader, headerBytes, type Frame } from '../protocol/frame.js';
import { CellFile, nonceBytes, type CellFileShape, type FileMover } from '../transport/cell-file.js';
import { findLayFileOver } from '../backend/native-addon.js';
import type { PagedVector } from '../tensor/vector-arena.js';
import type { Peer } from './peer.js';

/** A late worker may still read the weights of the step before. */
const weightsSlots = 2;

/** What a run's vectors offer. */
export interface MemoryOfRun {
  readonly mover: FileMover;
  /** A vector over which a file can be laid. */
  allocatePages(length: number): PagedVector | undefined;
}

interface Lane {
  readonly gradients: CellFile;
  isTaken: boolean;
  /** Vectors over which its cells are laid, by cell. */
  readonly views: (PagedVector | undefined)[];
}

export class SharedMemory {
  readonly #folder: string;
  readonly #vectorBytes: number;
  readonly #shards: number;
  readonly #memory: MemoryOfRun;
  readonly #layFileOver = findLayFileOver();
  /** The cells of weights as this process sees them, from the first worker on that takes them. */
  #slots: readonly (PagedVector | undefined)[] = [];
  /** Views of workers that have left. */
  readonly #spare: PagedVector[] = [];
  readonly #weights: CellFile;
  readonly #nonce = randomBytes(nonceBytes);
  readonly #lanes = new Map<Peer, Lane>();

  /** Makes the file for weights of `parameters` values; an answer has at most `shards` tree nodes. Throws `SHM_UNAVAILABLE`, `SHM_FULL`. */
  constructor(folder: string, parameters: number, shards: number, memory: MemoryOfRun) {
    this.#memory = memory;
    this.#folder = folder;
    this.#vectorBytes = 4 * parameters;
    this.#shards = shards;
    this.#weights = CellFile.create(folder, this.#shapeOf(weightsSlots), memory.mover);
    this.#weights.writeNonce('owner', this.#nonce);
  }

  /** Tells a worker where its files are. Throws `SHM_UNAVAILABLE`, `SHM_FULL`. */
  offer(peer: Peer): void {
    const gradients = CellFile.create(this.#folder, this.#shapeOf(this.#shards), this.#memory.mover);
    this.#lanes.set(peer, { gradients, isTaken: false, views: [] });
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
    if (this.#slots.length === 0)
      this.#slots = Array.from({ length: weightsSlots }, (_, cell) => this.#layOver(this.#weights, cell, true));
    return true;
  }

  isTaken(peer: Peer): boolean {
    return this.#lanes.get(peer)?.isTaken === true;
  }

  /**
   * Where the weights of a step can be computed, so that they need not be copied: the cell is stamped as nobody's until
   * `writeWeights` tells of it. Undefined where a cell cannot be laid over memory.
   */
  placeFor(step: number): Float32Array | undefined {
    const cell = step % weightsSlots;
    const slot = this.#slots[cell];
    if (slot) this.#weights.stamp(cell, new Uint8Array(headerBytes));
    return slot?.vector;
  }

  /** Lays the weights of a step out; returns the frame that tells of them. Throws `SHM_FULL`. */
  writeWeights(header: TensorHeader, params: Float32Array): Uint8Array {
    const cell = header.step % weightsSlots;
    const [whole] = cutVector(header, params, this.#vectorBytes);
    const frame = encodeCellHeader((whole as Chunk).header, cell);
    if (params === this.#slots[cell]?.vector) this.#weights.stamp(cell, frame);
    else this.#weights.write(cell, frame, (whole as Chunk).payload);
    return frame;
  }

  /**
   * The gradient that a worker's frame tells of, where it lies: to be read, and not written, until the worker may write there
   * again. Undefined where it has to be read into a vector. Throws `CELL_OVERWRITTEN`.
   */
  viewOf(peer: Peer, { header, cell = 0, head }: Frame): Float32Array | undefined {
    const lane = this.#lanes.get(peer);
    const isWhole = header.dtype === 'f32' && 4 * header.count === this.#vectorBytes && header.count === header.total;
    if (!lane?.isTaken || !this.#layFileOver || !isWhole || header.offset + header.chunk > 0 || cell >= this.#shards)
      return undefined;
    const view = (lane.views[cell] ??= this.#layOver(lane.gradients, cell, false));
    if (view) lane.gradients.check(cell, head);
    return view?.vector;
  }

  #layOver(file: CellFile, cell: number, isWritable: boolean): PagedVector | undefined {
    if (!this.#layFileOver) return undefined;
    const room = this.#spare.pop() ?? this.#memory.allocatePages(this.#vectorBytes / 4);
    if (!room) return undefined;
    try {
      this.#layFileOver(room.pages, file.fd, file.payloadPosition(cell), isWritable);
      return room;
    } catch {
      this.#spare.push(room);
      return undefined;
    }
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
    const lane = this.#lanes.get(peer);
    if (!lane) return;
    lane.gradients.close();
    this.#spare.push(...lane.views.filter((view) => view !== undefined));
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
