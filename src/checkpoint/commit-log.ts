// commits.jsonl: each step's record, appended; one fdatasync covers what came while the last one ran (group commit).
import { closeSync, fdatasync, fdatasyncSync, fstatSync, fsyncSync, openSync, readSync, write } from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { CheckpointError } from '../errors.js';
import { encodeCommitLine, encodeLogHeader, type CommitRecord } from './commit-record.js';
import { diskError } from './disk-error.js';

export type { CommitRecord } from './commit-record.js';
export { readCommitLog, truncateLog, type CommitLogContents } from './read-commit-log.js';

export interface CommitLogOptions {
  /** Everything up to `lastStep` is on disk and may be announced. */
  onSynced(lastStep: number): void;
  /** The log cannot be trusted any more; called once. */
  onError(error: unknown): void;
  /** How far the steps may run ahead of the disk, in steps and in milliseconds, for those who wait for room. */
  readonly maxSteps?: number;
  readonly maxDelayMs?: number;
}

export interface CommitLog {
  /** Queues a record; its sync begins at once, or when the one that runs has ended. Throws the failure after onError. */
  append(record: CommitRecord): void;
  /** Resolves when so little is unsynced that one more step keeps within maxSteps and maxDelayMs. Rejects after a failure. */
  waitForRoom(): Promise<void>;
  /** Resolves when all that was appended is on disk. Rejects after a failure. */
  flush(): Promise<void>;
  /** Flushes what it can and closes the file; a failure was told by onError already. */
  close(): Promise<void>;
}

const writeAsync = promisify(write);
const fdatasyncAsync = promisify(fdatasync);

/**
 * Opens a commit log to append to, and makes it if need be. A torn tail must be cut first (`readCommitLog`, `truncateLog`).
 * Throws CheckpointError DISK_FULL, DISK_WRITE or LOG_DAMAGED.
 */
export function openCommitLog(path: string, options: CommitLogOptions): CommitLog {
  try {
    const fd = openSync(path, 'a+');
    try {
      return new GroupCommitLog(path, fd, prepareFile(fd, path), options);
    } catch (error) {
      closeSync(fd);
      throw error;
    }
  } catch (error) {
    throw diskError(error, path, 'The checkpoints are untouched.');
  }
}

interface Unsynced {
  readonly record: CommitRecord;
  readonly sinceMs: number;
}

class GroupCommitLog implements CommitLog {
  private readonly path: string;
  private readonly fd: number;
  private readonly options: CommitLogOptions;
  private readonly maxSteps: number;
  private readonly maxDelayMs: number;
  private syncedBytes: number;
  private waiting: Unsynced[] = [];
  private group: Unsynced[] = [];
  /** The sync that runs, if one does. */
  private running: Promise<void> | undefined;
  private failure: unknown;
  private isClosed = false;

  constructor(path: string, fd: number, syncedBytes: number, options: CommitLogOptions) {
    this.path = path;
    this.fd = fd;
    this.syncedBytes = syncedBytes;
    this.options = options;
    this.maxSteps = options.maxSteps ?? 16;
    this.maxDelayMs = options.maxDelayMs ?? 200;
  }

  append(record: CommitRecord): void {
    if (this.failure !== undefined) throw this.failure;
    if (this.isClosed) throw new Error(`${this.path} is closed: step ${record.step} came too late.`);
    this.waiting.push({ record, sinceMs: performance.now() });
    this.startGroup();
  }

  async waitForRoom(): Promise<void> {
    while (this.running !== undefined && !this.hasRoom()) await this.running;
    if (this.failure !== undefined) throw this.failure;
  }

  async flush(): Promise<void> {
    while (this.running !== undefined) await this.running;
    if (this.failure !== undefined) throw this.failure;
  }

  async close(): Promise<void> {
    if (this.isClosed) return;
    this.isClosed = true;
    while (this.running !== undefined) await this.running;
    closeSync(this.fd);
  }

  private hasRoom(): boolean {
    const oldest = this.group[0] ?? this.waiting[0];
    const delayMs = oldest === undefined ? 0 : performance.now() - oldest.sinceMs;
    return this.group.length + this.waiting.length < this.maxSteps && delayMs < this.maxDelayMs;
  }

  private startGroup(): void {
    if (this.running !== undefined || this.waiting.length === 0) return;
    this.group = this.waiting.splice(0, this.maxSteps);
    this.running = this.syncGroup().then((lastStep) => this.onGroupEnd(lastStep));
  }

  /** Writes and syncs the group; returns its last step, or undefined after a failure. */
  private async syncGroup(): Promise<number | undefined> {
    try {
      const lines = this.group.map(({ record }) => encodeCommitLine(record, this.syncedBytes));
      if (this.syncedBytes === 0) lines.unshift(encodeLogHeader());
      const bytes = Buffer.from(lines.join(''));
      await writeAll(this.fd, bytes);
      await fdatasyncAsync(this.fd);
      this.syncedBytes += bytes.length;
      return this.group.at(-1)?.record.step;
    } catch (error) {
      // Never tried again on this descriptor: the kernel may have marked the lost pages clean (Rebello et al., ATC 2020).
      this.failure = diskError(error, this.path, 'Steps that were announced are on disk, and so are the checkpoints.');
      return undefined;
    }
  }

  private onGroupEnd(lastStep: number | undefined): void {
    this.running = undefined;
    this.group = [];
    if (lastStep === undefined) {
      this.waiting = [];
      return this.options.onError(this.failure);
    }
    this.startGroup();
    this.options.onSynced(lastStep);
  }
}

/** Returns the size of what is on disk for good. */
function prepareFile(fd: number, path: string): number {
  const { size } = fstatSync(fd);
  if (size === 0) {
    const folder = openSync(dirname(path), 'r'); // the new file's name must outlive a power cut too
    try {
      fsyncSync(folder);
    } finally {
      closeSync(folder);
    }
    return 0;
  }
  const last = Buffer.alloc(1);
  readSync(fd, last, 0, 1, size - 1);
  if (last[0] !== 0x0a) {
    throw new CheckpointError(
      'LOG_DAMAGED',
      `${path} ends in the middle of a line (byte ${size}): cut it to its whole records before more is appended.`,
    );
  }
  fdatasyncSync(fd); // the process that wrote it may have died before its sync
  return size;
}

async function writeAll(fd: number, bytes: Buffer): Promise<void> {
  for (let offset = 0; offset < bytes.length;) {
    offset += (await writeAsync(fd, bytes, offset, bytes.length - offset, null)).bytesWritten;
  }
}
