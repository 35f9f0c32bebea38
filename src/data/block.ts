// A block on the wire: consecutive examples of one split as one record. docs/data.md has the bytes.
import { BridleError, ProtocolError } from '../errors.js';
import { decodeRecord, defaultRecordLimits, encodeRecord, type RecordValue } from '../records/records.js';
import {
  inputItemBytes,
  inputWidth,
  startsOf,
  targetItemBytes,
  targetWidth,
  type Columns,
  type InputColumn,
  type SplitSource,
  type TargetColumn,
} from './columns.js';
import type { DataSpec } from './data-spec.js';
import { splitNames, type SplitName } from './dataset.js';

const blockVersion = 1;
const blockKeys = ['version', 'split', 'first', 'count', 'lengths', 'inputs', 'targets'] as const;

/** The hard limit of one block's record. */
export const maxBlockBytes = defaultRecordLimits.maxBytes;
/** Bytes of a block's record around its three columns, at most: opcodes, keys, split, three numbers, three lengths. */
export const blockOverheadBytes = 128;

export interface DecodedBlock extends Columns {
  readonly split: SplitName;
  /** Id of the first example. */
  readonly first: number;
  readonly count: number;
}

/** Bytes that an example takes in its block's columns. */
export function exampleBytes(spec: DataSpec, length: number): number {
  const targets = spec.targets.per === 'step' ? length : 1;
  return 4 + length * inputWidth(spec) * inputItemBytes(spec) + targets * targetWidth(spec) * targetItemBytes(spec);
}

/** Encodes examples `first` to `first + count - 1` of a split. */
export function encodeBlock(source: SplitSource, split: SplitName, first: number, count: number): Uint8Array {
  const { inputs, targets } = source.read(first, count);
  return encodeRecord({
    version: blockVersion,
    split,
    first,
    count,
    lengths: bytesOf(source.lengths.subarray(first, first + count)),
    inputs: bytesOf(inputs),
    targets: bytesOf(targets),
  });
}

/** Decodes a block from hostile bytes: every size, length, id, class and number is checked against `spec`. Throws ProtocolError BLOCK_INVALID. */
export function decodeBlock(bytes: Uint8Array, spec: DataSpec): DecodedBlock {
  const record = readRecord(bytes);
  if (record.version !== blockVersion) throw invalid('version', String(blockVersion), JSON.stringify(record.version));
  const split = splitNames.find((name) => name === record.split);
  if (split === undefined) throw invalid('split', splitNames.join(' or '), typeof record.split);
  const first = readCount(record.first, 'first', 0);
  const count = readCount(record.count, 'count', 1);
  const lengths = new Int32Array(readColumn(record.lengths, 'lengths', count, 4));
  checkRange(lengths, 'lengths', 1, spec.maxLength);
  const starts = startsOf(lengths);
  const steps = starts[count]!;
  const targets = spec.targets.per === 'step' ? steps : count;
  return {
    split,
    first,
    count,
    lengths,
    starts,
    inputs: decodeInputs(record.inputs, spec, steps),
    targets: decodeTargets(record.targets, spec, targets),
  };
}

function decodeInputs(value: RecordValue | undefined, spec: DataSpec, steps: number): InputColumn {
  const buffer = readColumn(value, 'inputs', steps * inputWidth(spec), inputItemBytes(spec));
  if (spec.inputs.kind === 'ids') return checkRange(new Uint16Array(buffer), 'inputs', 0, spec.inputs.vocabulary - 1);
  return spec.inputs.dtype === 'u8' ? new Uint8Array(buffer) : checkFinite(new Float32Array(buffer), 'inputs');
}

function decodeTargets(value: RecordValue | undefined, spec: DataSpec, targets: number): TargetColumn {
  const buffer = readColumn(value, 'targets', targets * targetWidth(spec), targetItemBytes(spec));
  if (spec.targets.kind === 'class') return checkRange(new Uint16Array(buffer), 'targets', 0, spec.targets.classes - 1);
  if (spec.targets.kind === 'keys') return checkRange(new Uint8Array(buffer), 'targets', 0, 1);
  return checkFinite(new Float32Array(buffer), 'targets');
}

function readRecord(bytes: Uint8Array): { readonly [key: string]: RecordValue } {
  let value: RecordValue;
  try {
    value = decodeRecord(bytes, { maxBytes: maxBlockBytes, maxDepth: 1, maxElements: 2 * blockKeys.length });
  } catch (cause) {
    if (!(cause instanceof BridleError)) throw cause;
    throw new ProtocolError('BLOCK_INVALID', `The data block is not a record. ${cause.message}`, { cause });
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value) || value instanceof Uint8Array) {
    throw invalid('the record', 'a map', typeof value);
  }
  const record = value as { readonly [key: string]: RecordValue };
  const unknown = Object.keys(record).filter((key) => !(blockKeys as readonly string[]).includes(key));
  if (unknown.length > 0)
    throw invalid('the record', `the keys ${blockKeys.join(', ')} only`, `${unknown.length} others`);
  return record;
}

function readCount(value: RecordValue | undefined, field: string, least: number): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= 0x7fffffff) return value;
  throw invalid(field, `a whole number from ${least}`, typeof value === 'number' ? String(value) : typeof value);
}

/** The buffer of one column: decodeRecord gives each binary value a buffer of its own, which holds nothing else. */
function readColumn(value: RecordValue | undefined, field: string, items: number, itemBytes: number): ArrayBufferLike {
  if (!(value instanceof Uint8Array)) throw invalid(field, 'binary data', typeof value);
  if (value.length !== items * itemBytes) throw invalid(field, `${items * itemBytes} bytes`, `${value.length} bytes`);
  return value.buffer;
}

function checkRange<T extends Int32Array | Uint16Array | Uint8Array>(
  column: T,
  field: string,
  least: number,
  most: number,
): T {
  const at = column.findIndex((value) => value < least || value > most);
  if (at < 0) return column;
  throw invalid(`${field}[${at}]`, `${least} to ${most}`, String(column[at]));
}

function checkFinite(column: Float32Array, field: string): Float32Array {
  const at = column.findIndex((value) => !Number.isFinite(value));
  if (at < 0) return column;
  throw invalid(`${field}[${at}]`, 'a finite number', String(column[at]));
}

function invalid(field: string, wanted: string, got: string): ProtocolError {
  return new ProtocolError('BLOCK_INVALID', `The data block is refused: ${field} must be ${wanted}, got ${got}.`);
}

/** The bytes of a column as they lie in memory, which is little-endian on every platform that Node and browsers support but s390x. */
function bytesOf(column: ArrayBufferView): Uint8Array {
  return new Uint8Array(column.buffer, column.byteOffset, column.byteLength);
}
