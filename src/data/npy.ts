// NumPy's array files, versions 1 to 3 (numpy.lib.format): header checked, values out in C order as float64, piece by piece.
import { ConfigError } from '../errors.js';

/** An array on its way in: what its header says, and the bytes after it. */
export interface NpyArray {
  /** File, or file and entry, for messages. */
  readonly path: string;
  readonly dtype: NpyType;
  readonly isFortran: boolean;
  readonly shape: readonly number[];
  readonly bytes: AsyncIterable<Uint8Array>;
}

const types = {
  '<f4': { bytes: 4, kind: 'float', get: (view: DataView, at: number) => view.getFloat32(at, true) },
  '<f8': { bytes: 8, kind: 'float', get: (view: DataView, at: number) => view.getFloat64(at, true) },
  '<i4': { bytes: 4, kind: 'integer', get: (view: DataView, at: number) => view.getInt32(at, true) },
  '<i8': { bytes: 8, kind: 'integer', get: (view: DataView, at: number) => Number(view.getBigInt64(at, true)) },
  '|u1': { bytes: 1, kind: 'byte', get: (view: DataView, at: number) => view.getUint8(at) },
  '|b1': { bytes: 1, kind: 'boolean', get: (view: DataView, at: number) => (view.getUint8(at) === 0 ? 0 : 1) },
} as const;
export type NpyType = keyof typeof types;

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]; // \x93NUMPY
const maxHeaderBytes = 64 << 10;
/** An array in Fortran order is turned round in memory. */
const maxFortranBytes = 256 << 20;
const valuesAtOnce = 1 << 16;

export function kindOf({ dtype }: NpyArray): 'float' | 'integer' | 'byte' | 'boolean' {
  return types[dtype].kind;
}

/** Number of values. */
export function sizeOf({ shape }: Pick<NpyArray, 'shape'>): number {
  return shape.reduce((product, length) => product * length, 1);
}

/** Reads the header off a stream of an array's bytes. Throws ConfigError NPY_INVALID with what was wanted and the byte. */
export async function openNpy(path: string, chunks: AsyncIterable<Uint8Array>): Promise<NpyArray> {
  const reader = new ByteReader(chunks);
  const start = await reader.take(8);
  if (start === undefined || magic.some((byte, i) => start[i] !== byte))
    throw invalid(
      path,
      'the magic bytes 93 4e 55 4d 50 59 at byte 0',
      start ? hex(start.subarray(0, 6)) : 'fewer than 8 bytes',
    );
  const version = start[6]!;
  if (version < 1 || version > 3) throw invalid(path, 'version 1, 2 or 3 at byte 6', String(version));
  const sizeBytes = version === 1 ? 2 : 4;
  const size = await reader.take(sizeBytes);
  if (size === undefined) throw invalid(path, `the length of the header at byte 8`, 'the end of the file');
  const view = new DataView(size.buffer, size.byteOffset, sizeBytes);
  const headerBytes = version === 1 ? view.getUint16(0, true) : view.getUint32(0, true);
  if (headerBytes > maxHeaderBytes)
    throw invalid(path, `a header of at most ${maxHeaderBytes} bytes at byte 8`, `${headerBytes} bytes`);
  const header = await reader.take(headerBytes);
  if (header === undefined)
    throw invalid(path, `a header of ${headerBytes} bytes at byte ${8 + sizeBytes}`, 'the end of the file');
  return { path, ...parseHeader(path, new TextDecoder().decode(header)), bytes: reader.rest() };
}

/** The header is the text of a Python dictionary with three keys, in any order. */
function parseHeader(path: string, header: string): Pick<NpyArray, 'dtype' | 'isFortran' | 'shape'> {
  const descr = /'descr'\s*:\s*'([^']*)'/.exec(header)?.[1] ?? /'descr'\s*:\s*([^,]*)/.exec(header)?.[1];
  const dtype = (Object.keys(types) as NpyType[]).find((name) => name === descr);
  if (dtype === undefined)
    throw invalid(
      path,
      `a dtype of ${Object.keys(types).join(', ')}`,
      descr ?? 'none',
      'Save it with .astype("<f4") or another of these.',
    );
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(header)?.[1];
  const shapeText = /'shape'\s*:\s*\(([\d,\s]*)\)/.exec(header)?.[1];
  if (order === undefined || shapeText === undefined)
    throw invalid(path, 'fortran_order and shape in the header', header.slice(0, 80).trim());
  const shape = shapeText
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map(Number);
  if (shape.length === 0 || shape.some((length) => length < 1) || !Number.isSafeInteger(sizeOf({ shape }) * 8))
    throw invalid(path, 'a shape of one dimension or more, none of them 0', `(${shape.join(', ')})`);
  return { dtype, isFortran: order === 'True', shape };
}

/** Yields all values in C order, at most 65,536 at a time. Throws ConfigError NPY_INVALID when there are fewer or more bytes than the shape says, or a value is not finite. */
export async function* readNpyValues(array: NpyArray): AsyncGenerator<Float64Array> {
  if (!array.isFortran) return yield* readInOrder(array);
  const { path, shape, dtype } = array;
  const size = sizeOf(array);
  if (8 * size > maxFortranBytes)
    throw invalid(
      path,
      `at most ${maxFortranBytes >> 20} MiB as float64 in Fortran order`,
      `${Math.ceil((8 * size) / (1 << 20))} MiB of ${dtype}`,
      'Save it with numpy.ascontiguousarray.',
    );
  const values = new Float64Array(size);
  const places = fortranPlaces(shape);
  let filled = 0;
  for await (const part of readInOrder(array)) for (const value of part) values[places(filled++)] = value;
  yield values;
}

/** Where the k-th value of Fortran order lies in C order. */
function fortranPlaces(shape: readonly number[]): (k: number) => number {
  const strides = shape.map((_, axis) => sizeOf({ shape: shape.slice(axis + 1) }));
  return (k) => {
    let place = 0;
    let rest = k;
    shape.forEach((length, axis) => {
      place += (rest % length) * strides[axis]!;
      rest = Math.floor(rest / length);
    });
    return place;
  };
}

async function* readInOrder(array: NpyArray): AsyncGenerator<Float64Array> {
  const { path, bytes, dtype } = array;
  const { bytes: width, get } = types[dtype];
  const reader = new ByteReader(bytes);
  const size = sizeOf(array);
  for (let done = 0; done < size;) {
    const count = Math.min(valuesAtOnce, size - done);
    const part = await reader.take(count * width);
    if (part === undefined)
      throw invalid(
        path,
        `${size} values of ${dtype} (${size * width} bytes after the header)`,
        `${done * width + reader.buffered} bytes`,
      );
    const view = new DataView(part.buffer, part.byteOffset, part.byteLength);
    const values = new Float64Array(count);
    for (let i = 0; i < count; i++) values[i] = get(view, i * width);
    const bad = values.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) throw invalid(path, 'finite values', `${values[bad]} at index ${done + bad} of ${size}`);
    done += count;
    const isLast = done === size;
    if (isLast && (await reader.take(1)) !== undefined)
      throw invalid(path, `${size * width} bytes after the header`, 'more');
    yield values;
  }
}

/** Takes pieces of a given length off a stream of pieces of any length. */
class ByteReader {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #rest: Uint8Array = new Uint8Array(0);

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** Bytes that came and were not taken. */
  get buffered(): number {
    return this.#rest.length;
  }

  /** The next `length` bytes; undefined when the stream ends before. */
  async take(length: number): Promise<Uint8Array | undefined> {
    const parts = [this.#rest];
    let total = this.#rest.length;
    while (total < length) {
      const next = await this.#chunks.next();
      if (next.done === true) break;
      parts.push(next.value);
      total += next.value.length;
    }
    const joined = parts.length === 1 ? this.#rest : join(parts, total);
    if (total < length) {
      this.#rest = joined;
      return undefined;
    }
    this.#rest = joined.subarray(length);
    return joined.subarray(0, length);
  }

  async *rest(): AsyncGenerator<Uint8Array> {
    if (this.#rest.length > 0) yield this.#rest;
    for (let next = await this.#chunks.next(); next.done !== true; next = await this.#chunks.next()) yield next.value;
  }
}

function join(parts: readonly Uint8Array[], total: number): Uint8Array {
  const joined = new Uint8Array(total);
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

function hex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
}

function invalid(
  path: string,
  wanted: string,
  got: string,
  next = 'Save it again with numpy.save or numpy.savez.',
): ConfigError {
  return new ConfigError('NPY_INVALID', `${path}: wanted ${wanted}, got ${got}. ${next}`);
}
