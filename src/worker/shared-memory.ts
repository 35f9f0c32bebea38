// The payload road on the coordinator's own machine, as its worker takes it. docs/protocol.md, "Shared memory".
import { randomBytes } from 'node:crypto';
import { TransportError } from '../errors.js';
import type { LayFileOver } from '../native/addon.js';
import type { ControlBodies } from '../protocol/control.js';
import { encodeCellHeader, type Frame, type FrameHeader } from '../protocol/frame.js';
import { CellFile, nonceBytes, type CellFileShape } from '../transport/cell-file.js';
import type { PagedVector } from '../tensor/vector-arena.js';

type Offer = ControlBodies['sharedMemory'];

/** Where a thread finds the file of gradients, to lay its cells over vectors of its own. */
export interface GradientPages {
  readonly fd: number;
  readonly shape: CellFileShape;
  /** What the file bears as the peer's nonce: a descriptor may be another file's by the time that it is looked at. */
  readonly nonce: Uint8Array;
}

export class SharedMemory {
  /** What the coordinator is to find in the file of gradients. */
  readonly nonce = randomBytes(nonceBytes);
  /** Most that a cell holds, of payload. */
  readonly cellBytes: number;
  readonly #weights: CellFile;
  readonly #weightsCells: number;
  readonly #gradients: CellFile;
  /** Vectors over which the cells of weights are laid. */
  #slots: readonly Float32Array[] = [];
  #numCells: number;
  #nextCell = 0;

  private constructor({ cellBytes, gradientsCells, weightsCells }: Offer, weights: CellFile, gradients: CellFile) {
    this.cellBytes = cellBytes;
    this.#numCells = gradientsCells;
    this.#weightsCells = weightsCells;
    this.#weights = weights;
    this.#gradients = gradients;
  }

  /** Takes up what the coordinator has offered. Throws `SHM_UNAVAILABLE` when its files are not to be seen from here, `SHM_FULL`. */
  static take(offer: Offer): SharedMemory {
    const { processId, cellBytes, weightsFd, gradientsFd } = offer;
    const opened: CellFile[] = [];
    const open = (fd: number, cells: number, access: 'read' | 'write'): CellFile => {
      const file = CellFile.open(processId, fd, { cellBytes, cells }, access);
      opened.push(file);
      if (Buffer.compare(file.readNonce('owner'), offer.nonce) === 0) return file;
      throw new TransportError('SHM_UNAVAILABLE', "The shared memory that is found here is not the coordinator's.");
    };
    try {
      const weights = open(weightsFd, offer.weightsCells, 'read');
      const gradients = open(gradientsFd, offer.gradientsCells, 'write');
      const taken = new SharedMemory(offer, weights, gradients);
      gradients.writeNonce('peer', taken.nonce);
      return taken;
    } catch (error) {
      for (const file of opened) file.close();
      throw error;
    }
  }

  /**
   * Lays each cell of weights over the vector that `roomFor` gives, so that weights need not be copied; they must not be written.
   * Where that cannot be done (large pages of the system, no memory) they are copied as before.
   */
  mapWeights(roomFor: (cell: number) => PagedVector | undefined, layFileOver: LayFileOver): void {
    const slots: Float32Array[] = [];
    for (let cell = 0; cell < this.#weightsCells; cell += 1) {
      const room = roomFor(cell);
      if (!room) return;
      try {
        layFileOver(room.pages, this.#weights.fd, this.#weights.payloadPosition(cell), false);
      } catch {
        return;
      }
      slots.push(room.vector);
    }
    this.#slots = slots;
  }

  /** The vector over which a cell of weights is laid. */
  slotOf(cell: number | undefined): Float32Array | undefined {
    return cell === undefined ? undefined : this.#slots[cell];
  }

  get gradientPages(): GradientPages {
    const shape = { cellBytes: this.cellBytes, cells: this.#numCells };
    return { fd: this.#gradients.fd, shape, nonce: this.nonce };
  }

  /** Reads the weights that a frame tells of into `target`; what is laid over the cell is only checked. */
  read({ cell = 0, head }: Frame, target: Uint8Array): void {
    const slot = this.#slots[cell];
    const isThere = slot?.buffer === target.buffer && slot.byteOffset === target.byteOffset;
    if (isThere) this.#weights.check(cell, head);
    else this.#weights.read(cell, head, target);
  }

  /**
   * Begins a new answer: the coordinator has read the one before, or waits for it no longer. Where vectors of it were computed in
   * their cells, others go in frames.
   */
  rewind(isComputedInCells: boolean): void {
    this.#nextCell = isComputedInCells ? this.#numCells : 0;
  }

  /** Tells of a vector that was computed in a cell. Throws `SHM_FULL`. */
  announce(header: FrameHeader, cell: number): Uint8Array {
    const frame = encodeCellHeader(header, cell);
    this.#gradients.stamp(cell, frame);
    return frame;
  }

  /** Lays a chunk out; returns the frame that tells of it, or undefined when there is no cell for it. Throws `SHM_FULL`, once. */
  write(header: FrameHeader, payload: Uint8Array): Uint8Array | undefined {
    if (this.#nextCell >= this.#numCells || payload.length > this.cellBytes) return undefined;
    const frame = encodeCellHeader(header, this.#nextCell);
    try {
      this.#gradients.write(this.#nextCell, frame, payload);
    } catch (error) {
      this.#numCells = 0;
      throw error;
    }
    this.#nextCell += 1;
    return frame;
  }

  close(): void {
    this.#weights.close();
    this.#gradients.close();
  }
}
