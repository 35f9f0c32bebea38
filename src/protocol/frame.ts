// Tensor frames: a 64-byte little-endian header, then the payload. docs/protocol.md has the table of bytes.
import { ProtocolError } from '../errors.js';
import { int8BlockSize } from '../tensor/int8.js';
import { defaultLimits, type ProtocolLimits } from './limits.js';
import { afterBytes, firstBytes, messageBytes, type Message } from './message.js';

export const headerBytes = 64;
export const frameVersion = 1;
const magic = 0x4c445242; // "BRDL"

/** 16 to 31 are reserved for shard state, buffers and collectives. */
export const frameKinds = { gradient: 1, weights: 2, block: 3 } as const;
export type FrameKind = keyof typeof frameKinds;
export const frameDtypes = { f32: 1, bytes: 2, bf16: 3, f16: 4, int8: 5 } as const;
export type FrameDtype = keyof typeof frameDtypes;
const valueBytes: Record<FrameDtype, number> = { f32: 4, bytes: 1, bf16: 2, f16: 2, int8: 1 };

/** Bytes of a payload of `count` values; int8 has a float32 scale for each 256 of them. */
export function payloadBytes(dtype: FrameDtype, count: number): number {
  return count * valueBytes[dtype] + (dtype === 'int8' ? 4 * Math.ceil(count / int8BlockSize) : 0);
}

/** One chunk of a tensor. `offset`, `count` and `total` are counted in values of `dtype`. */
export interface FrameHeader {
  readonly kind: FrameKind;
  readonly dtype: FrameDtype;
  readonly generation: number;
  readonly step: number;
  /** The lease for gradients, 0 otherwise. */
  readonly attempt: number;
  /** Tree node for gradients, (0, 0) otherwise. */
  readonly level: number;
  readonly index: number;
  readonly chunk: number;
  readonly offset: number;
  readonly count: number;
  readonly total: number;
  /** 16 hexadecimal digits. */
  readonly runId: string;
}

/** CRC-32 as in zlib, of `bytes` behind what has the checksum `before`. Passed in, since the fast one is not to be had in a browser. */
export type Checksum = (bytes: Uint8Array, before?: number) => number;

/** A frame as it came. `payload` is a view of the message, to be read before the next one comes. */
export interface Frame {
  readonly header: FrameHeader;
  readonly head: Uint8Array;
  readonly payload: Message;
  /** The cell of shared memory in which the payload lies; undefined: it is here. */
  readonly cell: number | undefined;
}

/** The payload lies in a cell of shared memory, whose number stands in place of the checksum. */
const inCellFlag = 1;

/** Encodes header and payload into one message; the payload is not copied. */
export function encodeFrame(header: FrameHeader, payload: Uint8Array, checksum: Checksum): Message {
  return [encodeHeader(header, 0, checksum(payload)), payload];
}

/** Encodes a frame whose payload lies in a cell of shared memory: the header alone, which stands in the cell too. */
export function encodeCellHeader(header: FrameHeader, cell: number): Uint8Array {
  return encodeHeader(header, inCellFlag, cell);
}

function encodeHeader(header: FrameHeader, flags: number, check: number): Uint8Array {
  const bytes = new Uint8Array(headerBytes);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, magic, true);
  view.setUint8(4, frameVersion);
  view.setUint8(5, frameKinds[header.kind]);
  view.setUint8(6, frameDtypes[header.dtype]);
  view.setUint8(7, flags);
  view.setUint32(8, header.generation, true);
  view.setUint32(12, header.step, true);
  view.setUint32(16, header.attempt, true);
  view.setUint32(20, header.level, true);
  view.setUint32(24, header.index, true);
  view.setUint32(28, header.chunk, true);
  setUint64(view, 32, header.offset);
  setUint64(view, 40, header.total);
  view.setUint32(48, header.count, true);
  view.setUint32(52, check, true);
  for (let i = 0; i < 8; i += 1) view.setUint8(56 + i, Number.parseInt(header.runId.slice(2 * i, 2 * i + 2), 16));
  return bytes;
}

export function isFrame(message: Message): boolean {
  const [b, r, d, l] = firstBytes(message, 4);
  return b === 0x42 && r === 0x52 && d === 0x44 && l === 0x4c;
}

/** Decodes and verifies one frame. Anything wrong is a ProtocolError. */
export function decodeFrame(message: Message, checksum: Checksum, limits: ProtocolLimits = defaultLimits): Frame {
  const head = firstBytes(message, headerBytes);
  if (head.length < headerBytes || !isFrame([head]))
    throw invalid(`${messageBytes(message)} bytes came, a frame has a header of ${headerBytes}`);
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  if (view.getUint8(4) !== frameVersion) throw invalid(`its version is ${view.getUint8(4)}, wanted ${frameVersion}`);
  const payload = afterBytes(message, headerBytes);
  const payloadSize = messageBytes(payload);
  const header: FrameHeader = {
    kind: nameOf(frameKinds, view.getUint8(5), 'kind'),
    dtype: nameOf(frameDtypes, view.getUint8(6), 'dtype'),
    generation: view.getUint32(8, true),
    step: view.getUint32(12, true),
    attempt: view.getUint32(16, true),
    level: view.getUint32(20, true),
    index: view.getUint32(24, true),
    chunk: view.getUint32(28, true),
    offset: getUint64(view, 32),
    total: getUint64(view, 40),
    count: view.getUint32(48, true),
    runId: hex(head.subarray(56, 64)),
  };
  const flags = view.getUint8(7);
  if (flags !== 0 && flags !== inCellFlag) throw invalid(`its flags are ${flags}, wanted 0 or ${inCellFlag}`);
  const check = view.getUint32(52, true);
  if (flags === inCellFlag) {
    if (payloadSize > 0) throw invalid(`its payload lies in shared memory, and ${payloadSize} bytes came with it`);
    checkSizes(header, payloadBytes(header.dtype, header.count), 4 * limits.maxTensorValues, limits);
    return { header, head, payload, cell: check };
  }
  checkSizes(header, payloadSize, limits.maxChunkBytes, limits);
  if (payload.reduce((before, piece) => checksum(piece, before), 0) !== check)
    throw new ProtocolError('FRAME_CORRUPT', 'The checksum of a tensor frame does not fit its payload.');
  return { header, head, payload, cell: undefined };
}

function checkSizes(header: FrameHeader, bytes: number, most: number, limits: ProtocolLimits): void {
  const { count, offset, total } = header;
  if (bytes > most) throw invalid(`its payload has ${bytes} bytes, at most ${most} are allowed`);
  if (bytes !== payloadBytes(header.dtype, count)) throw invalid(`its payload has ${bytes} bytes for ${count} values`);
  if (total > limits.maxTensorValues)
    throw invalid(`its tensor has ${total} values, at most ${limits.maxTensorValues} are allowed`);
  if (offset + count > total) throw invalid(`values ${offset} to ${offset + count} lie outside a tensor of ${total}`);
}

function invalid(reason: string): ProtocolError {
  return new ProtocolError('FRAME_INVALID', `A tensor frame was refused: ${reason}.`);
}

function nameOf<Name extends string>(table: Readonly<Record<Name, number>>, value: number, field: string): Name {
  for (const name in table) if (table[name] === value) return name;
  throw invalid(`its ${field} is ${value}, which this version does not know`);
}

function setUint64(view: DataView, at: number, value: number): void {
  view.setUint32(at, value % 0x1_0000_0000, true);
  view.setUint32(at + 4, Math.floor(value / 0x1_0000_0000), true);
}

function getUint64(view: DataView, at: number): number {
  return view.getUint32(at, true) + view.getUint32(at + 4, true) * 0x1_0000_0000;
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
