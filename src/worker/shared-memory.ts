// The payload road on the coordinator's own machine, as its worker takes it. docs/protocol.md, "Shared memory".
import { randomBytes } from 'node:crypto';
import { TransportError } from '../errors.js';
import type { ControlBodies } from '../protocol/control.js';
import { encodeCellHeader, type Frame, type FrameHeader } from '../protocol/frame.js';
import { CellFile, nonceBytes } from '../transport/cell-file.js';

type Offer = ControlBodies['sharedMemory'];

export class SharedMemory {
  /** What the coordinator is to find in the file of gradients. */
  readonly nonce = randomBytes(nonceBytes);
  /** Most that a cell holds, of payload. */
  readonly cellBytes: number;
  readonly #weights: CellFile;
  readonly #gradients: CellFile;
  #numCells: number;
  #nextCell = 0;

  private constructor({ cellBytes, gradientsCells }: Offer, weights: CellFile, gradients: CellFile) {
    this.cellBytes = cellBytes;
    this.#numCells = gradientsCells;
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

  /** Reads the weights that a frame tells of into `target`. */
  read({ cell = 0, head }: Frame, target: Uint8Array): void {
    this.#weights.read(cell, head, target);
  }

  /** Begins a new answer: the coordinator has read the one before, or waits for it no longer. */
  rewind(): void {
    this.#nextCell = 0;
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
