// The gate before the record decoder: walks MessagePack's opcodes (github.com/msgpack/msgpack, spec.md) and builds nothing.
import { ProtocolError } from '../errors.js';

export interface RecordLimits {
  readonly maxBytes: number;
  /** Nested arrays and maps; a record that is one number has depth 0. */
  readonly maxDepth: number;
  /** Array items, map keys and map values together: an empty map costs one byte on the wire and 90 in memory. */
  readonly maxElements: number;
}

interface Scan {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly limits: RecordLimits;
  offset: number;
  elements: number;
}

/** Checks that `bytes` hold exactly one record that is safe to decode. Throws ProtocolError RECORD_INVALID with offset and reason. */
export function scanRecord(bytes: Uint8Array, limits: RecordLimits): void {
  if (bytes.length > limits.maxBytes)
    throw invalid(0, `${bytes.length} bytes are more than the limit of ${limits.maxBytes}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const scan: Scan = { bytes, view, limits, offset: 0, elements: 0 };
  scanValue(scan, 0);
  if (scan.offset < bytes.length) throw invalid(scan.offset, `${bytes.length - scan.offset} bytes follow the record`);
}

function scanValue(scan: Scan, depth: number): void {
  const start = scan.offset;
  const opcode = readUint(scan, 1);
  if (opcode <= 0x7f || opcode >= 0xe0) return; // small integers
  if (opcode <= 0x8f) return scanMap(scan, opcode & 0x0f, start, depth);
  if (opcode <= 0x9f) return scanArray(scan, opcode & 0x0f, start, depth);
  if (opcode <= 0xbf) return scanString(scan, opcode & 0x1f, start);
  switch (opcode) {
    case 0xc0: // nil
    case 0xc2: // false
    case 0xc3: // true
      return;
    case 0xc4: // bin 8, 16, 32
    case 0xc5:
    case 0xc6:
      return skip(scan, readUint(scan, 1 << (opcode - 0xc4)), start);
    case 0xca: // float 32, 64
    case 0xcb:
      return skip(scan, opcode === 0xca ? 4 : 8, start);
    case 0xcc: // uint 8, 16, 32
    case 0xcd:
    case 0xce:
      return skip(scan, 1 << (opcode - 0xcc), start);
    case 0xd0: // int 8, 16, 32
    case 0xd1:
    case 0xd2:
      return skip(scan, 1 << (opcode - 0xd0), start);
    case 0xd9: // str 8, 16, 32
    case 0xda:
    case 0xdb:
      return scanString(scan, readUint(scan, 1 << (opcode - 0xd9)), start);
    case 0xdc: // array 16, 32
    case 0xdd:
      return scanArray(scan, readUint(scan, opcode === 0xdc ? 2 : 4), start, depth);
    case 0xde: // map 16, 32
    case 0xdf:
      return scanMap(scan, readUint(scan, opcode === 0xde ? 2 : 4), start, depth);
    default:
      throw invalid(start, describeRefused(opcode));
  }
}

function scanArray(scan: Scan, count: number, start: number, depth: number): void {
  enter(scan, count, count, start, depth);
  for (let i = 0; i < count; i++) scanValue(scan, depth + 1);
}

function scanMap(scan: Scan, count: number, start: number, depth: number): void {
  enter(scan, count * 2, count * 2, start, depth);
  for (let i = 0; i < count; i++) {
    scanKey(scan);
    scanValue(scan, depth + 1);
  }
}

/** Charges a container before its first item is looked at, so that a lying count costs nothing. */
function enter(scan: Scan, elements: number, leastBytes: number, start: number, depth: number): void {
  const { maxDepth, maxElements } = scan.limits;
  if (depth >= maxDepth) throw invalid(start, `nesting is deeper than ${maxDepth}`);
  scan.elements += elements;
  if (scan.elements > maxElements) throw invalid(start, `more than ${maxElements} elements`);
  if (leastBytes > scan.bytes.length - scan.offset)
    throw invalid(start, `${elements} elements cannot fit in the bytes left`);
}

function scanKey(scan: Scan): void {
  const start = scan.offset;
  const opcode = readUint(scan, 1);
  let length: number;
  if (opcode >= 0xa0 && opcode <= 0xbf) length = opcode & 0x1f;
  else if (opcode >= 0xd9 && opcode <= 0xdb) length = readUint(scan, 1 << (opcode - 0xd9));
  else throw invalid(start, 'a map key is not a string');
  if (scanText(scan, length, start) === '__proto__') throw invalid(start, 'the map key "__proto__"');
}

function scanString(scan: Scan, length: number, start: number): void {
  scanText(scan, length, start);
}

const strictText = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function scanText(scan: Scan, length: number, start: number): string {
  const from = scan.offset;
  skip(scan, length, start);
  try {
    return strictText.decode(scan.bytes.subarray(from, scan.offset));
  } catch (cause) {
    throw invalid(start, 'a string is not UTF-8', cause);
  }
}

function skip(scan: Scan, length: number, start: number): void {
  const left = scan.bytes.length - scan.offset;
  if (length > left) throw invalid(start, `${length} bytes are announced, ${left} are left`);
  scan.offset += length;
}

function readUint(scan: Scan, size: number): number {
  const { view, offset } = scan;
  skip(scan, size, offset);
  if (size === 1) return view.getUint8(offset);
  return size === 2 ? view.getUint16(offset) : view.getUint32(offset);
}

function describeRefused(opcode: number): string {
  if (opcode === 0xc1) return 'the byte 0xc1, which MessagePack never uses';
  if (opcode === 0xcf || opcode === 0xd3) return 'a 64-bit integer (numbers are 32-bit integers or floats)';
  return `an extension (0x${opcode.toString(16)}); records hold plain values only`;
}

/** An error of one shape for everything that records refuse. */
export function invalid(offset: number, reason: string, cause?: unknown): ProtocolError {
  const message = `The record is refused at byte ${offset}: ${reason}. Nothing of it was used.`;
  return new ProtocolError('RECORD_INVALID', message, { cause });
}
