// The user's text, character by character: each step's target is the next character (Karpathy 2015, char-rnn).
import { ConfigError } from '../errors.js';
import { buildDataset } from './build-dataset.js';
import type { SplitColumns } from './columns.js';
import type { DataSpec } from './data-spec.js';
import type { Dataset } from './dataset.js';
import { readDataFile } from './read-data-file.js';
import { visitCodePoints } from './utf8.js';

export interface TextOptions {
  readonly name: 'text';
  /** UTF-8 files, joined in this order with nothing between them. */
  readonly paths: readonly string[];
  /** Steps in a window. */
  readonly length: number;
}

const maxVocabulary = 65_536; // ids are stored as uint16
const byteOrderMark = 0xfeff;
const codePointLimit = 0x110000;

/** Loads text files: the first 90 % of the characters train, the rest test. Throws ConfigError (DATA_FILE_..., TEXT_...). */
export async function loadText({ paths, length }: TextOptions): Promise<Dataset> {
  if (paths.length === 0) {
    throw new ConfigError('TEXT_NO_FILES', 'The data set text needs at least one file. Name it with --data-path FILE.');
  }
  if (!(Number.isInteger(length) && length >= 1)) {
    throw new ConfigError('TEXT_LENGTH', `--data-length must be a whole number of characters from 1, got ${length}.`);
  }
  const files: Uint32Array[] = [];
  for (const path of paths) files.push(decodeText(await readDataFile(path), path));
  const { ids, characters } = encodeCharacters(files);
  const vocabulary = characters.length;
  const { train, test } = splitCharacters(ids, length);
  const spec: DataSpec = {
    name: 'text',
    inputs: { kind: 'ids', vocabulary },
    targets: { kind: 'class', classes: vocabulary, per: 'step' },
    maxLength: length,
  };
  const preprocessing = { version: 1, vocabulary: characters.join('') } as const;
  return buildDataset(spec, train, test, { preprocessing });
}

/** A file's code points, a byte order mark at its start left out. Throws ConfigError TEXT_NOT_UTF8 with line and byte. */
function decodeText(bytes: Uint8Array, path: string): Uint32Array {
  const codePoints = new Uint32Array(bytes.length);
  let count = 0;
  const fault = visitCodePoints(bytes, (codePoint) => {
    codePoints[count++] = codePoint;
  });
  if (fault !== undefined) {
    const byte = `0x${fault.byte.toString(16).padStart(2, '0')}`;
    throw new ConfigError(
      'TEXT_NOT_UTF8',
      `${path}, line ${fault.line}, byte ${fault.offset}: wanted UTF-8, got ${byte}, which starts no valid sequence. Convert the file, as in: iconv -f latin1 -t utf-8.`,
    );
  }
  return codePoints.subarray(codePoints[0] === byteOrderMark ? 1 : 0, count);
}

/** Numbers the characters by code point: the id of a character is its place in `characters`. */
function encodeCharacters(files: readonly Uint32Array[]): { ids: Uint16Array; characters: string[] } {
  const seen = new Uint8Array(codePointLimit);
  for (const file of files) for (const codePoint of file) seen[codePoint] = 1;
  const idOf = new Uint32Array(codePointLimit);
  const characters: string[] = [];
  for (let codePoint = 0; codePoint < codePointLimit; codePoint++)
    if (seen[codePoint] === 1) idOf[codePoint] = characters.push(String.fromCodePoint(codePoint)) - 1;
  if (characters.length > maxVocabulary) {
    throw new ConfigError(
      'TEXT_VOCABULARY',
      `The text has ${characters.length} different characters; at most ${maxVocabulary} can be told apart. Leave files out.`,
    );
  }
  const ids = new Uint16Array(files.reduce((total, file) => total + file.length, 0));
  let next = 0;
  for (const file of files) for (const codePoint of file) ids[next++] = idOf[codePoint]!;
  return { ids, characters };
}

/** Cuts 90/10 by characters, then each part into windows. */
function splitCharacters(ids: Uint16Array, length: number): { train: SplitColumns; test: SplitColumns } {
  const cut = Math.floor((ids.length * 9) / 10);
  const [train, test] = [ids.subarray(0, cut), ids.subarray(cut)];
  if (train.length > length && test.length > 1)
    return { train: cutWindows(train, length), test: cutWindows(test, length) };
  throw new ConfigError(
    'TEXT_TOO_SHORT',
    `The text has ${ids.length} characters, ${train.length} to train and ${test.length} to test; wanted at least ${length + 1} (--data-length and one more) to train and 2 to test. Give more text or a smaller --data-length.`,
  );
}

/** Windows of `length` characters without overlap, the last one shorter; the targets are the same characters, one later. */
function cutWindows(ids: Uint16Array, length: number): SplitColumns {
  const steps = ids.length - 1; // the last character is a target only
  const lengths = new Int32Array(Math.ceil(steps / length)).fill(length);
  lengths[lengths.length - 1] = steps - (lengths.length - 1) * length;
  return { lengths, inputs: ids.subarray(0, steps), targets: ids.subarray(1) };
}
