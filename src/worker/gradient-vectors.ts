// Vectors that gradients are computed in: laid over the cells in which the coordinator reads them, or plain ones of an arena.
import { CellFile } from '../transport/cell-file.js';
import type { LayFileOver } from '../native/addon.js';
import type { VectorArena } from '../tensor/vector-arena.js';
import type { GradientPages } from './shared-memory.js';

interface Room {
  readonly vector: Float32Array;
  /** Whole pages; undefined: the vector cannot be laid over. */
  readonly pages: Uint8Array | undefined;
  /** The file over which it lies. */
  over: CellFile | undefined;
}

export class GradientVectors {
  readonly #arena: VectorArena;
  readonly #layFileOver: LayFileOver | undefined;
  #rooms: Room[] = [];
  #size = 0;
  #file: CellFile | undefined;
  #numCells = 0;

  /** Without `layFileOver` all vectors are plain. */
  constructor(arena: VectorArena, layFileOver: LayFileOver | undefined) {
    this.#arena = arena;
    this.#layFileOver = layFileOver;
  }

  /** Computes in the cells of a file from now on. Throws nothing: what cannot be laid over is copied later. */
  useCells({ fd, shape, nonce }: GradientPages): void {
    this.#file?.close();
    this.#file = undefined;
    try {
      const file = CellFile.open(process.pid, fd, shape, 'write');
      if (Buffer.compare(file.readNonce('peer'), nonce) !== 0) file.close();
      else this.#file = file;
    } catch {
      // The connection has gone meanwhile; the next one brings cells of its own.
    }
    this.#numCells = shape.cells;
  }

  /** Gives `count` vectors of `size` values, the same ones each time; they hold whatever was left there. */
  take(count: number, size: number): readonly Float32Array[] {
    if (size !== this.#size) {
      for (const { vector, pages } of this.#rooms) if (!pages) this.#arena.free(vector);
      this.#rooms = [];
      this.#size = size;
    }
    while (this.#rooms.length < count) this.#rooms.push(this.#newRoom());
    const rooms = this.#rooms.slice(0, count);
    rooms.forEach((room, cell) => this.#layOver(room, cell));
    return rooms.map(({ vector }) => vector);
  }

  /** The cell that a vector is laid over; undefined: it has to be copied. */
  cellOf(vector: Float32Array): number | undefined {
    const cell = this.#rooms.findIndex((room) => room.vector === vector);
    return this.#file !== undefined && this.#rooms[cell]?.over === this.#file ? cell : undefined;
  }

  #newRoom(): Room {
    const paged = this.#layFileOver && this.#arena.allocatePages(this.#size);
    return { vector: paged?.vector ?? this.#arena.allocate(this.#size), pages: paged?.pages, over: undefined };
  }

  #layOver(room: Room, cell: number): void {
    const file = this.#file;
    if (!file || !room.pages || room.over === file || cell >= this.#numCells) return;
    try {
      this.#layFileOver?.(room.pages, file.fd, file.payloadPosition(cell), true);
      room.over = file;
    } catch {
      this.#numCells = Math.min(this.#numCells, cell); // no room in shared memory: copying says so
    }
  }
}
