// What a failing disk means to a run: the system's error becomes a CheckpointError that says what is still safe.
import { CheckpointError } from '../errors.js';

/** The system's code (`ENOSPC`) of an error that Node's file functions threw. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const code = (error as NodeJS.ErrnoException).code;
  return typeof code === 'string' ? code : undefined;
}

/**
 * Turns a failed write of `what` into DISK_FULL or DISK_WRITE. `safe` says what is still good on disk.
 * An error that is no system error is a bug and comes back as it is.
 */
export function diskError(error: unknown, what: string, safe: string): unknown {
  const code = systemCode(error);
  if (error instanceof CheckpointError || code === undefined) return error;
  const reason = error instanceof Error ? error.message : code;
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG') {
    return new CheckpointError(
      'DISK_FULL',
      `Cannot write ${what}: no room on the disk (${reason}). ${safe} Free some space, then start again with --resume.`,
      { cause: error },
    );
  }
  return new CheckpointError(
    'DISK_WRITE',
    `Cannot write ${what}: ${reason}. ${safe} Check the disk and its permissions, then start again with --resume.`,
    { cause: error },
  );
}

/** Turns a failed read of `what` into DISK_READ; an error that is no system error comes back as it is. */
export function readError(error: unknown, what: string): unknown {
  if (error instanceof CheckpointError || systemCode(error) === undefined) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new CheckpointError(
    'DISK_READ',
    `Cannot read ${what}: ${reason}. Check the path, the disk and its permissions.`,
    {
      cause: error,
    },
  );
}
