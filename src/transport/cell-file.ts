// A file in shared memory that chunks of tensors are laid into, between two processes of one machine (tmpfs(5), proc_pid_fd(5)).
// It never has a name, so that nothing is left behind whoever dies when: the peer opens it through the owner's descriptor.
import { closeSync, constants, fstatSync, ftruncateSync, openSync, readSync, statSync, writeSync } from 'node:fs';
import { ProtocolError, TransportError } from '../errors.js';
import { headerBytes } from '../protocol/frame.js';

export const nonceBytes = 16;
/** Cells lie at whole pages, so that their payloads can be laid over memory. */
const pageBytes = 4096;
const wholePages = (bytes: number): number => pageBytes * Math.ceil(bytes / pageBytes);
/** The file's first page: the owner's nonce, then the peer's. */
const preambleBytes = pageBytes;
/** O_TMPFILE of Linux: the same number on every processor that Node runs on. */
const nameless = constants.O_DIRECTORY | 0o20000000;

/** Moves bytes between memory and a file; returns how many. */
export interface FileMover {
  read(fd: number, target: Uint8Array, position: number): number;
  write(fd: number, source: Uint8Array, position: number): number;
}

/** Moves bytes on the caller's thread. */
export const plainMover: FileMover = {
  read: (fd, target, position) => readSync(fd, target, 0, target.length, position),
  write: (fd, source, position) => writeSync(fd, source, 0, source.length, position),
};

export interface CellFileShape {
  /** Payload of a cell. */
  readonly cellBytes: number;
  readonly cells: number;
}

/** A cell is a page that begins with a frame's header, then whole pages for its payload; the first comes behind the first page. */
export class CellFile {
  /** The descriptor, by which a peer finds the file. */
  readonly fd: number;
  readonly #shape: CellFileShape;
  readonly #mover: FileMover;
  readonly #stamp = new Uint8Array(headerBytes);

  private constructor(fd: number, shape: CellFileShape, mover: FileMover) {
    this.fd = fd;
    this.#mover = mover;
    this.#shape = shape;
  }

  /** Makes a file of zeros in `folder`, which takes memory only where it is written. Throws `SHM_UNAVAILABLE`. */
  static create(folder: string, shape: CellFileShape, mover = plainMover): CellFile {
    try {
      const fd = openSync(folder, nameless | constants.O_RDWR, 0o600);
      ftruncateSync(fd, fileBytes(shape));
      return new CellFile(fd, shape, mover);
    } catch (cause) {
      throw unavailable(`No file can be made in ${folder}: ${(cause as Error).message}`, cause);
    }
  }

  /** Opens the file that process `processId` holds as `fd`. What is not a file of that shape and our own is `SHM_UNAVAILABLE`. */
  static open(processId: number, fd: number, shape: CellFileShape, access: 'read' | 'write'): CellFile {
    const path = `/proc/${processId}/fd/${fd}`;
    try {
      // Looked at before it is opened: opening a device or a pipe may do something.
      const found = statSync(path);
      const isOurs = found.isFile() && found.nlink === 0 && found.uid === process.getuid?.();
      if (!isOurs || found.size !== fileBytes(shape)) throw new Error(`${path} is not the file that was announced`);
      const own = openSync(path, access === 'read' ? constants.O_RDONLY : constants.O_RDWR);
      const opened = fstatSync(own);
      if (opened.ino === found.ino && opened.dev === found.dev) return new CellFile(own, shape, plainMover);
      closeSync(own);
      throw new Error(`${path} was exchanged while it was opened`);
    } catch (cause) {
      throw unavailable(`The coordinator's shared memory cannot be opened: ${(cause as Error).message}`, cause);
    }
  }

  writeNonce(whose: 'owner' | 'peer', nonce: Uint8Array): void {
    this.#write(nonce, whose === 'owner' ? 0 : nonceBytes);
  }

  readNonce(whose: 'owner' | 'peer'): Uint8Array {
    const nonce = new Uint8Array(nonceBytes);
    readSync(this.fd, nonce, 0, nonceBytes, whose === 'owner' ? 0 : nonceBytes);
    return nonce;
  }

  /** Lays a frame into a cell, the header first: a reader of what lay there before sees it change. Throws `SHM_FULL`. */
  write(cell: number, header: Uint8Array, payload: Uint8Array): void {
    this.stamp(cell, header);
    this.#write(payload, this.payloadPosition(cell));
  }

  /** Writes the header of a payload that lies in its cell already. */
  stamp(cell: number, header: Uint8Array): void {
    this.#write(header, this.#place(cell));
  }

  /**
   * Reads a cell's payload into `target`, which it must fill. The header is read after it and must be the one announced: a
   * ProtocolError `CELL_OVERWRITTEN` says that the payload is not, or no longer, what was meant; `target` is then spoilt.
   */
  read(cell: number, header: Uint8Array, target: Uint8Array): void {
    if (target.length > this.#shape.cellBytes) throw invalid(`a chunk of ${target.length} bytes lies in no cell`);
    const count = this.#mover.read(this.fd, target, this.payloadPosition(cell));
    if (count !== target.length) throw invalid(`cell ${cell} has ${count} bytes, wanted ${target.length}`);
    this.check(cell, header);
  }

  /** Throws `CELL_OVERWRITTEN` when the header in a cell is not the one that was announced. */
  check(cell: number, header: Uint8Array): void {
    readSync(this.fd, this.#stamp, 0, headerBytes, this.#place(cell));
    if (this.#stamp.every((byte, i) => byte === header[i])) return;
    throw new ProtocolError(
      'CELL_OVERWRITTEN',
      `Cell ${cell} of the shared memory holds another chunk than was announced.`,
    );
  }

  close(): void {
    closeSync(this.fd);
  }

  /** Where a cell's payload begins, for who lays it over memory. */
  payloadPosition(cell: number): number {
    return this.#place(cell) + pageBytes;
  }

  #place(cell: number): number {
    const { cells, cellBytes } = this.#shape;
    if (cell < cells) return preambleBytes + cell * (pageBytes + wholePages(cellBytes));
    throw invalid(`cell ${cell} of ${cells} was named`);
  }

  #write(bytes: Uint8Array, at: number): void {
    let reason = 'no room';
    try {
      if (this.#mover.write(this.fd, bytes, at) === bytes.length) return;
    } catch (cause) {
      reason = (cause as Error).message;
    }
    throw new TransportError(
      'SHM_FULL',
      `Shared memory took less than ${bytes.length} bytes (${reason}): tensors go through the socket instead. Make /dev/shm larger (docker run --shm-size), or give --payload frame.`,
    );
  }
}

function fileBytes({ cells, cellBytes }: CellFileShape): number {
  return preambleBytes + cells * (pageBytes + wholePages(cellBytes));
}

function invalid(reason: string): ProtocolError {
  return new ProtocolError('CELL_INVALID', `A frame points to shared memory that it cannot mean: ${reason}.`);
}

function unavailable(reason: string, cause?: unknown): TransportError {
  return new TransportError(
    'SHM_UNAVAILABLE',
    `${reason}. Tensors can go through the socket: --payload auto or frame.`,
    {
      cause,
    },
  );
}
