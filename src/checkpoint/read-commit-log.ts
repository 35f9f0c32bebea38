// Reading commits.jsonl after a crash: the torn tail is measured, damage before it is refused.
import { open, readFile } from 'node:fs/promises';
import { CheckpointError } from '../errors.js';
import { decodeLogLine, logFormatVersion, type CommitRecord, type LogLine } from './commit-record.js';
import { diskError, readError, systemCode } from './disk-error.js';

export interface CommitLogContents {
  readonly records: CommitRecord[];
  /** Bytes from the start that are whole: what `truncateLog` keeps. */
  readonly validBytes: number;
  /** Bytes after them that a crash tore; nothing in them was ever announced. */
  readonly tornBytes: number;
}

/**
 * Reads all whole records. A missing file is an empty log.
 * The first line that is not as written ends the log, unless a later one says that those bytes had been on disk already:
 * that is damage, CheckpointError LOG_DAMAGED with line and offset. So is a step that does not follow the one before.
 * Throws LOG_VERSION for a log of another format version, DISK_READ when the file cannot be read.
 */
export async function readCommitLog(path: string): Promise<CommitLogContents> {
  const bytes = await readOrEmpty(path);
  const records: CommitRecord[] = [];
  let torn: Place | undefined;
  for (let line = 1, offset = 0; offset < bytes.length; line++) {
    const newline = bytes.indexOf(0x0a, offset);
    const entry: LogLine = newline < 0 ? { kind: 'torn' } : decodeLogLine(bytes.subarray(offset, newline));
    const place = { path, line, offset };
    if (entry.kind === 'torn') torn ??= place;
    else if (torn === undefined) takeLine(records, entry, place);
    else checkWasTorn(entry, torn);
    offset = newline < 0 ? bytes.length : newline + 1;
  }
  const validBytes = torn?.offset ?? bytes.length;
  return { records, validBytes, tornBytes: bytes.length - validBytes };
}

/** Cuts a log to its first `validBytes` and waits until that is on disk. */
export async function truncateLog(path: string, validBytes: number): Promise<void> {
  try {
    const file = await open(path, 'r+');
    try {
      await file.truncate(validBytes);
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (error) {
    throw diskError(error, path, 'Its whole records are untouched.');
  }
}

async function readOrEmpty(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return Buffer.alloc(0);
    throw readError(error, path);
  }
}

interface Place {
  readonly path: string;
  readonly line: number;
  readonly offset: number;
}

function takeLine(records: CommitRecord[], entry: LogLine, place: Place): void {
  if (entry.kind === 'header' && place.line === 1) return checkVersion(entry.formatVersion, place.path);
  if (entry.kind !== 'record' || place.line === 1) {
    throw logDamaged(place, place.line === 1 ? 'the header' : 'a record', 'another line');
  }
  const before = records.at(-1)?.step;
  const { step } = entry.record;
  if (before !== undefined && step !== before + 1) throw logDamaged(place, `step ${before + 1}`, `step ${step}`);
  records.push(entry.record);
}

/** After a power cut the pages of one unfinished write may be on disk in any order: a whole line may follow a torn one. */
function checkWasTorn(later: LogLine, torn: Place): void {
  if (later.kind !== 'record' || later.syncedBytes <= torn.offset) return;
  throw logDamaged(torn, 'the bytes that were on disk already', 'others');
}

function checkVersion(version: number, path: string): void {
  if (version === logFormatVersion) return;
  throw new CheckpointError(
    'LOG_VERSION',
    `${path} has format version ${version}, this bridle reads ${logFormatVersion}. Use the release that wrote it, or a newer one.`,
  );
}

function logDamaged({ path, line, offset }: Place, wanted: string, got: string): CheckpointError {
  return new CheckpointError(
    'LOG_DAMAGED',
    `${path}, line ${line} at byte ${offset}, is damaged: wanted ${wanted}, got ${got}. ` +
      'The checkpoints do not depend on it: move the file away to go on from the newest one.',
  );
}
