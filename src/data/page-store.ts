// Bytes of any amount within a bound of memory: pages that are used least lie in an unnamed file of the temporary folder.
import { closeSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError } from '../errors.js';

const pageBytes = 1 << 20;
/** Memory that all pages of one data set take at most; what is beyond lies on disk. */
export const residentBytes = 256 << 20;

/** Pages that columns share: whole ones only, which never change again. */
export class PageStore {
  readonly #maxResident: number;
  readonly #resident = new Map<number, Uint8Array>(); // insertion order: least recently used first
  readonly #written = new Set<number>();
  #numPages = 0;
  #file: number | undefined;

  constructor(maxBytes = residentBytes) {
    this.#maxResident = Math.max(1, Math.floor(maxBytes / pageBytes));
  }

  /** Keeps a page and returns its number. Throws ConfigError DATA_SPOOL when the disk does not take what memory cannot hold. */
  add(page: Uint8Array): number {
    const number = this.#numPages++;
    this.#keep(number, page);
    return number;
  }

  page(number: number): Uint8Array {
    const page = this.#resident.get(number) ?? this.#load(number);
    this.#resident.delete(number);
    this.#keep(number, page);
    return page;
  }

  /** Gives the temporary file back. */
  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  #keep(number: number, page: Uint8Array): void {
    this.#resident.set(number, page);
    for (const [oldest, bytes] of this.#resident) {
      if (this.#resident.size <= this.#maxResident) return;
      this.#resident.delete(oldest);
      if (!this.#written.has(oldest)) this.#save(oldest, bytes);
    }
  }

  #save(number: number, page: Uint8Array): void {
    try {
      this.#file ??= openUnnamed();
      for (let done = 0; done < page.length;)
        done += writeSync(this.#file, page, done, page.length - done, number * pageBytes + done);
    } catch (cause) {
      throw spoolError(cause);
    }
    this.#written.add(number);
  }

  #load(number: number): Uint8Array {
    const page = new Uint8Array(pageBytes);
    try {
      for (let done = 0; done < pageBytes;) {
        const read = readSync(this.#file ?? -1, page, done, pageBytes - done, number * pageBytes + done);
        if (read === 0) throw new Error('the temporary file is shorter than what was written');
        done += read;
      }
    } catch (cause) {
      throw spoolError(cause);
    }
    return page;
  }
}

/** One column: bytes are appended, then read from any place. */
export class StoredBytes {
  readonly #store: PageStore;
  readonly #pages: number[] = [];
  #open = new Uint8Array(0);
  #size = 0;

  constructor(store: PageStore) {
    this.#store = store;
  }

  get size(): number {
    return this.#size;
  }

  append(values: ArrayBufferView): void {
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    for (let done = 0; done < bytes.length;) {
      const at = this.#size % pageBytes;
      const count = Math.min(bytes.length - done, pageBytes - at);
      this.#makeRoom(at + count);
      this.#open.set(bytes.subarray(done, done + count), at);
      done += count;
      this.#size += count;
      if (this.#size % pageBytes > 0) continue;
      this.#pages.push(this.#store.add(this.#open));
      this.#open = new Uint8Array(0);
    }
  }

  /** Copies bytes out; the copy has a buffer of its own, which any typed array can view. */
  read(offset: number, length: number): Uint8Array<ArrayBuffer> {
    if (offset < 0 || offset + length > this.#size)
      throw new RangeError(`Bytes ${offset} to ${offset + length} are outside a column of ${this.#size}.`);
    const bytes = new Uint8Array(length);
    for (let done = 0; done < length;) {
      const index = Math.floor((offset + done) / pageBytes);
      const at = (offset + done) % pageBytes;
      const number = this.#pages[index];
      const page = number === undefined ? this.#open : this.#store.page(number);
      const part = page.subarray(at, Math.min(pageBytes, at + length - done));
      bytes.set(part, done);
      done += part.length;
    }
    return bytes;
  }

  /** The open page grows by doubling: a small column takes little. */
  #makeRoom(length: number): void {
    if (length <= this.#open.length) return;
    const grown = new Uint8Array(Math.min(pageBytes, Math.max(1024, 2 * this.#open.length, length)));
    grown.set(this.#open);
    this.#open = grown;
  }
}

/** A file without a name: it is gone when the process ends, however it ends. */
function openUnnamed(): number {
  const path = join(tmpdir(), `bridle-data-${process.pid}-${process.hrtime.bigint()}`);
  const file = openSync(path, 'wx+', 0o600);
  unlinkSync(path);
  return file;
}

function spoolError(cause: unknown): ConfigError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new ConfigError(
    'DATA_SPOOL',
    `Data that do not fit into ${residentBytes >> 20} MiB of memory go to a temporary file in ${tmpdir()}, which failed (${reason}). Free space there, or name another folder in TMPDIR.`,
    { cause },
  );
}
