// Reads a text file of any size in pieces of whole lines, strict UTF-8 (RFC 3629), and always knows the line.
import { isUtf8 } from 'node:buffer';
import { ConfigError } from '../errors.js';
import { openDataFile } from './read-data-file.js';
import { visitCodePoints } from './utf8.js';

/** Whole lines with their ends; the last piece of a file may lack its last line end. */
export interface TextChunk {
  readonly text: string;
  /** Line of the first character, from 1. */
  readonly line: number;
}

const maxLineBytes = 16 << 20;
const lineFeed = 0x0a;

/** Yields a file piece by piece, a byte order mark left out. Throws ConfigError (DATA_FILE_..., DATA_NOT_UTF8, DATA_LINE_TOO_LONG). */
export async function* readTextChunks(path: string): AsyncGenerator<TextChunk> {
  let rest = Buffer.alloc(0);
  let line = 1;
  let offset = 0;
  const decode = (bytes: Buffer): TextChunk => {
    const chunk = { text: decodeUtf8(bytes, path, line, offset), line };
    for (const byte of bytes) if (byte === lineFeed) line++;
    offset += bytes.length;
    return chunk;
  };
  for await (const bytes of (await openDataFile(path)) as AsyncIterable<Buffer>) {
    if (offset === 0 && rest.length === 0) requireNoUtf16(bytes, path);
    rest = Buffer.concat([rest, bytes]);
    const end = rest.lastIndexOf(lineFeed) + 1;
    if (end > 0) {
      const whole = rest.subarray(0, end);
      rest = rest.subarray(end);
      yield decode(whole);
    }
    if (rest.length > maxLineBytes) throw lineTooLong(path, line);
  }
  if (rest.length > 0) yield decode(rest);
}

function decodeUtf8(bytes: Buffer, path: string, line: number, offset: number): string {
  if (isUtf8(bytes))
    return bytes
      .toString('utf8')
      .slice(offset === 0 && bytes.readUIntBE(0, Math.min(3, bytes.length)) === 0xefbbbf ? 1 : 0);
  const fault = visitCodePoints(bytes, () => undefined);
  const at = fault === undefined ? offset : offset + fault.offset;
  throw new ConfigError(
    'DATA_NOT_UTF8',
    `${path}:${line + (fault?.line ?? 1) - 1}: wanted UTF-8, got 0x${(fault?.byte ?? 0).toString(16).padStart(2, '0')} at byte ${at}, which starts no valid sequence. Convert the file, as in: iconv -f latin1 -t utf-8.`,
  );
}

function requireNoUtf16(bytes: Buffer, path: string): void {
  const mark = bytes.length >= 2 ? bytes.readUInt16BE(0) : 0;
  if (mark !== 0xfeff && mark !== 0xfffe) return;
  throw new ConfigError(
    'DATA_NOT_UTF8',
    `${path}:1: wanted UTF-8, got a file that starts with the byte order mark of UTF-16. Convert the file: iconv -f utf-16 -t utf-8.`,
  );
}

function lineTooLong(path: string, line: number): ConfigError {
  return new ConfigError(
    'DATA_LINE_TOO_LONG',
    `${path}:${line}: wanted lines of at most ${maxLineBytes >> 20} MiB, got a longer one. Is this a text file with one example or row a line?`,
  );
}
