// Records: MessagePack of plain values (data blocks, checkpoint state), read only behind the gate in scan-record.ts.
import { Packr, Unpackr } from 'msgpackr';
import { invalid, scanRecord, type RecordLimits } from './scan-record.js';

/** What a record can hold. Numbers keep their bits but for -0, which becomes 0. */
export type RecordValue =
  null | boolean | number | string | Uint8Array | readonly RecordValue[] | { readonly [key: string]: RecordValue };

export type { RecordLimits } from './scan-record.js';

/** 1 MiB is the largest data block; 16,384 elements keep the worst record tried near 20 ms of decoding, so that it cannot hold up the event loop. */
export const defaultRecordLimits: RecordLimits = { maxBytes: 1 << 20, maxDepth: 16, maxElements: 1 << 14 };

const packr = new Packr({ useRecords: false });
// Copies, because a view would pin the whole message and start at an odd offset, where no Float32Array can.
const unpackr = new Unpackr({ useRecords: false, mapsAsObjects: true, copyBuffers: true });

/** Encodes a plain value; equal values with keys in equal order give equal bytes. Throws TypeError for what a record cannot hold. */
export function encodeRecord(value: RecordValue): Uint8Array {
  checkValue(value, 0);
  // The packer hands out views of a buffer that it goes on writing to; the copy is the caller's own.
  return new Uint8Array(packr.pack(value));
}

/** Decodes one record from hostile bytes; binary values come out as copies of their own, aligned for any typed array. Throws ProtocolError RECORD_INVALID. */
export function decodeRecord(bytes: Uint8Array, limits: RecordLimits = defaultRecordLimits): RecordValue {
  scanRecord(bytes, limits);
  try {
    // A fresh view: the decoder leaves a property on the array that it reads, and a Buffer's slices are not plain arrays.
    return unpackr.unpack(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)) as RecordValue;
  } catch (cause) {
    throw invalid(0, `the decoder gave up (${String(cause)})`, cause);
  }
}

/** Refuses what the packer would change in silence: undefined, dates, sets, classes, lone surrogates, the key __proto__. */
function checkValue(value: unknown, depth: number): void {
  if (value === null || typeof value === 'boolean' || typeof value === 'number') return;
  if (typeof value === 'string') return checkText(value);
  if (value instanceof Uint8Array) return;
  if (depth >= defaultRecordLimits.maxDepth)
    throw new TypeError(`A record nests at most ${defaultRecordLimits.maxDepth} deep.`);
  if (Array.isArray(value)) return value.forEach((item) => checkValue(item, depth + 1));
  if (!isPlainObject(value))
    throw new TypeError(`A record holds plain values, got ${Object.prototype.toString.call(value)}.`);
  for (const [key, item] of Object.entries(value)) {
    if (key === '__proto__') throw new TypeError('A record has no key "__proto__".');
    checkText(key);
    checkValue(item, depth + 1);
  }
}

function checkText(text: string): void {
  if (/\p{Surrogate}/u.test(text)) throw new TypeError('A record holds well-formed text, got a lone surrogate.');
}

function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
