// Strict UTF-8 (RFC 3629) that knows where it stopped: TextDecoder refuses bad bytes, but does not say which.

/** Where a file stops being UTF-8. */
export interface Utf8Fault {
  /** Byte offset of the first sequence that is not UTF-8. */
  readonly offset: number;
  /** Line of that byte, from 1. */
  readonly line: number;
  readonly byte: number;
}

/** Calls `visit` for each code point in turn; stops at the first bad sequence and returns where, or undefined when all is UTF-8. */
export function visitCodePoints(bytes: Uint8Array, visit: (codePoint: number) => void): Utf8Fault | undefined {
  let offset = 0;
  let line = 1;
  while (offset < bytes.length) {
    const lead = bytes[offset]!;
    const size = sequenceSize(lead);
    const codePoint = size === 1 ? lead : readSequence(bytes, offset, size);
    if (codePoint < 0) return { offset, line, byte: lead };
    if (lead === 0x0a) line++;
    visit(codePoint);
    offset += size;
  }
  return undefined;
}

/** Bytes that a lead byte announces; 0 for a byte that leads nothing. */
function sequenceSize(lead: number): number {
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead < 0xe0) return 2;
  if (lead >= 0xe0 && lead < 0xf0) return 3;
  return lead >= 0xf0 && lead < 0xf5 ? 4 : 0;
}

/** The code point of a sequence of 2 to 4 bytes; -1 when cut off, overlong, a surrogate or beyond U+10FFFF. */
function readSequence(bytes: Uint8Array, offset: number, size: number): number {
  if (size === 0 || offset + size > bytes.length) return -1;
  let codePoint = bytes[offset]! & (0xff >> (size + 1));
  for (let i = 1; i < size; i++) {
    const next = bytes[offset + i]!;
    if ((next & 0xc0) !== 0x80) return -1;
    codePoint = (codePoint << 6) | (next & 0x3f);
  }
  const smallest = size === 2 ? 0x80 : size === 3 ? 0x800 : 0x10000;
  const isSurrogate = codePoint >= 0xd800 && codePoint <= 0xdfff;
  return codePoint < smallest || isSurrogate || codePoint > 0x10ffff ? -1 : codePoint;
}
