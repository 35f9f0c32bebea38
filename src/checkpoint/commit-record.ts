// One line of commits.jsonl: a step's record as JSON, its last field the CRC-32 (ISO 3309) of all bytes before it.
import { crc32 } from 'node:zlib';
import { z } from 'zod';
import { anyNumber, encodeJson } from './json-line.js';

/** What a step committed. Norms are L2 over the mean gradient; `count` is the number of valid targets. */
export interface CommitRecord {
  readonly step: number;
  readonly epoch: number;
  readonly generation: number;
  readonly digest: string;
  readonly loss: number;
  readonly count: number;
  readonly gradNorm: number;
  readonly clippedNorm: number;
  readonly clipCoefficient: number;
  readonly learningRate: number;
  readonly skipped: boolean;
  readonly seed: number;
}

const lineSchema = z.object({
  step: z.int(),
  epoch: z.number(),
  generation: z.int(),
  digest: z.string(),
  loss: anyNumber,
  count: anyNumber,
  gradNorm: anyNumber,
  clippedNorm: anyNumber,
  clipCoefficient: anyNumber,
  learningRate: anyNumber,
  skipped: z.boolean(),
  seed: z.number(),
  syncedBytes: z.int(),
});

const headerSchema = z.object({ log: z.literal('bridle-commits'), formatVersion: z.int() });

export const logFormatVersion = 1;

/** `syncedBytes`: how much of the log was on disk when this line was written; the reader tells torn from damaged by it. */
export function encodeCommitLine(record: CommitRecord, syncedBytes: number): string {
  return sealLine(encodeJson({ ...record, syncedBytes }));
}

export function encodeLogHeader(): string {
  return sealLine(encodeJson({ log: 'bridle-commits', formatVersion: logFormatVersion }));
}

/** A line's record or the header's version; `torn`: some of its bytes are not as written; `unknown`: whole, but not a record. */
export type LogLine =
  | { readonly kind: 'record'; readonly record: CommitRecord; readonly syncedBytes: number }
  | { readonly kind: 'header'; readonly formatVersion: number }
  | { readonly kind: 'torn' }
  | { readonly kind: 'unknown' };

/** Reads one line, without its newline. */
export function decodeLogLine(bytes: Buffer): LogLine {
  const json = unsealLine(bytes);
  if (json === undefined) return { kind: 'torn' };
  const value = parseJson(json);
  const header = headerSchema.safeParse(value);
  if (header.success) return { kind: 'header', formatVersion: header.data.formatVersion };
  const line = lineSchema.safeParse(value);
  if (!line.success) return { kind: 'unknown' };
  const { syncedBytes, ...record } = line.data;
  return { kind: 'record', record, syncedBytes };
}

function sealLine(json: string): string {
  const head = json.slice(0, -1);
  return `${head}${trailer(Buffer.from(head))}\n`;
}

function unsealLine(bytes: Buffer): string | undefined {
  const head = bytes.subarray(0, Math.max(0, bytes.length - trailerBytes));
  if (bytes.subarray(head.length).toString('latin1') !== trailer(head)) return undefined;
  return `${head.toString('utf8')}}`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // the caller names the line as unknown
  }
}

const trailerBytes = ',"crc32":"00000000"}'.length;

function trailer(head: Buffer): string {
  return `,"crc32":"${crc32(head).toString(16).padStart(8, '0')}"}`;
}
