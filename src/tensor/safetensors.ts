// safetensors files, float32: 8 bytes of header length, a JSON header, the values (github.com/huggingface/safetensors).
// A file that is read is hostile until it is checked: every length, range, name and hole.
import { CheckpointError } from '../errors.js';

/** The longest header that is read; the reference implementation's limit. */
export const maxHeaderBytes = 100_000_000;

export interface NamedTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

export interface SafetensorsContent {
  readonly tensors: Map<string, { readonly shape: readonly number[]; readonly values: Float32Array }>;
  readonly metadata: Record<string, string>;
}

const lengthBytes = 8;
const metadataKey = '__metadata__';

/** Writes tensors in the order given; the values start at a multiple of 8. Throws `SAFETENSORS_INVALID` for a wrong shape or a name used twice. */
export function encodeSafetensors(tensors: readonly NamedTensor[], metadata?: Record<string, string>): Uint8Array {
  const header = new Map<string, unknown>();
  if (metadata !== undefined) header.set(metadataKey, metadata);
  let end = 0;
  for (const { name, shape, values } of tensors) {
    if (header.has(name) || name === metadataKey) throw invalid('the tensors to write', `name "${name}" is taken`);
    if (sizeOf(shape) !== values.length) {
      throw invalid(
        'the tensors to write',
        `"${name}" of shape [${shape.join(', ')}] came with ${values.length} values`,
      );
    }
    header.set(name, { dtype: 'F32', shape, data_offsets: [end, end + values.byteLength] });
    end += values.byteLength;
  }
  return assemble(new TextEncoder().encode(JSON.stringify(Object.fromEntries(header))), tensors, end);
}

function assemble(header: Uint8Array, tensors: readonly NamedTensor[], dataBytes: number): Uint8Array {
  const headerBytes = Math.ceil(header.length / 8) * 8;
  const file = new Uint8Array(lengthBytes + headerBytes + dataBytes);
  new DataView(file.buffer).setBigUint64(0, BigInt(headerBytes), true);
  file.fill(0x20, lengthBytes, lengthBytes + headerBytes); // padded with spaces
  file.set(header, lengthBytes);
  let offset = lengthBytes + headerBytes;
  for (const { values } of tensors) {
    file.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), offset);
    offset += values.byteLength;
  }
  return file;
}

/** Reads a file's tensors, copied; `source` names the file in errors. Throws `SAFETENSORS_INVALID`, which says where. */
export function decodeSafetensors(bytes: Uint8Array, source: string): SafetensorsContent {
  const { header, dataStart } = readHeader(bytes, source);
  const metadata = parseMetadata(header.get(metadataKey), source);
  header.delete(metadataKey);
  const entries = [...header].map(([name, value]) => parseEntry(name, value, source));
  checkRanges(entries, bytes.length - dataStart, source);
  const tensors: SafetensorsContent['tensors'] = new Map();
  for (const { name, shape, begin, end } of entries) {
    const copy = new Uint8Array(bytes.subarray(dataStart + begin, dataStart + end)); // aligned, unlike the file; a Buffer's slice is a view
    tensors.set(name, { shape, values: new Float32Array(copy.buffer, copy.byteOffset, copy.byteLength / 4) });
  }
  return { tensors, metadata };
}

function readHeader(bytes: Uint8Array, source: string): { header: Map<string, unknown>; dataStart: number } {
  if (bytes.length < lengthBytes) throw invalid(source, `it has ${bytes.length} bytes, the header's length takes 8`);
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  const limit = Math.min(maxHeaderBytes, bytes.length - lengthBytes);
  if (length > BigInt(limit)) throw invalid(source, `its header claims ${length} bytes, at most ${limit} are possible`);
  const dataStart = lengthBytes + Number(length);
  const text = decodeText(bytes.slice(lengthBytes, dataStart), source);
  const parsed = parseJson(text, source);
  if (!isObject(parsed)) throw invalid(source, 'its header is not a JSON object');
  const header = new Map(Object.entries(parsed));
  // JSON.parse keeps the last of two equal names and says nothing.
  const numNames = countTopLevelNames(text);
  if (numNames !== header.size)
    throw invalid(source, `its header has ${numNames} names, ${header.size} of them unlike`);
  return { header, dataStart };
}

function decodeText(bytes: Uint8Array, source: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw invalid(source, 'its header is not UTF-8', cause);
  }
}

function parseJson(text: string, source: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw invalid(source, 'its header is not JSON', cause);
  }
}

/** Counts the colons of the outermost object of valid JSON: one for each name. */
function countTopLevelNames(json: string): number {
  let depth = 0;
  let count = 0;
  let isInText = false;
  for (let i = 0; i < json.length; i++) {
    const character = json[i]!;
    if (isInText) {
      if (character === '\\') i += 1;
      else if (character === '"') isInText = false;
    } else if (character === '"') isInText = true;
    else if ('{['.includes(character)) depth += 1;
    else if (']}'.includes(character)) depth -= 1;
    else if (character === ':' && depth === 1) count += 1;
  }
  return count;
}

function parseMetadata(value: unknown, source: string): Record<string, string> {
  if (value === undefined) return {};
  const entries = isObject(value) ? Object.entries(value) : undefined;
  if (entries === undefined) throw invalid(source, `its ${metadataKey} is not an object`);
  const texts = entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  if (texts.length < entries.length) throw invalid(source, `its ${metadataKey} holds a value that is not text`);
  return Object.fromEntries(texts);
}

interface Entry {
  readonly name: string;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

function parseEntry(name: string, value: unknown, source: string): Entry {
  const place = (problem: string): CheckpointError => invalid(source, `tensor ${JSON.stringify(name)}: ${problem}`);
  if (!isObject(value)) throw place('its entry is not an object');
  if (value.dtype !== 'F32') throw place(`dtype must be F32, got ${dtypeText(value.dtype)}; convert it to float32`);
  const { shape, data_offsets: offsets } = value;
  if (!isSizes(shape)) throw place('its shape is not a list of integers from 0 on');
  if (!isSizes(offsets) || offsets.length !== 2) throw place('its data_offsets are not two integers from 0 on');
  const [begin = 0, end = 0] = offsets;
  const wanted = 4 * sizeOf(shape);
  if (end - begin !== wanted) throw place(`shape [${shape.join(', ')}] takes ${wanted} bytes, got ${end - begin}`);
  return { name, shape, begin, end };
}

/** Wants ranges that follow each other without a hole or an overlap and end where the file ends. */
function checkRanges(entries: readonly Entry[], dataBytes: number, source: string): void {
  let position = 0;
  for (const { name, begin, end } of entries.toSorted((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== position)
      throw invalid(source, `tensor ${JSON.stringify(name)} begins at data byte ${begin}, wanted ${position}`);
    position = end;
  }
  if (position !== dataBytes)
    throw invalid(source, `its tensors take ${position} bytes of data, the file has ${dataBytes}`);
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, dimension) => product * dimension, 1);
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function dtypeText(dtype: unknown): string {
  return typeof dtype === 'string' ? dtype : `a ${typeof dtype}`;
}

// A hostile name or shape may be megabytes long.
const maxProblemLength = 300;

function invalid(source: string, problem: string, cause?: unknown): CheckpointError {
  const message = `${source} is not a safetensors file that can be used: ${problem.slice(0, maxProblemLength)}. Take another copy or an earlier checkpoint.`;
  return new CheckpointError('SAFETENSORS_INVALID', message, { cause });
}
