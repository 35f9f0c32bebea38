// Reads one of the user's data files, whole or as a stream, and says plainly when that fails.
import { createReadStream, type ReadStream } from 'node:fs';
import { access, constants, readFile, stat } from 'node:fs/promises';
import { ConfigError } from '../errors.js';

/** Reads a file that must exist and hold something. Throws ConfigError DATA_FILE_MISSING, DATA_FILE_IS_DIRECTORY, DATA_FILE_UNREADABLE or DATA_FILE_EMPTY. */
export async function readDataFile(path: string): Promise<Uint8Array> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw describeFailure(path, cause);
  });
  if (bytes.length > 0) return bytes;
  throw emptyFile(path);
}

/** Opens a stream over a file that must exist, be a regular file and hold something. Throws as `readDataFile`. */
export async function openDataFile(path: string): Promise<ReadStream> {
  await requireDataFile(path);
  return createReadStream(path, { highWaterMark: 1 << 18 });
}

/** Refuses a file that cannot be read as data, before anything is read. Throws as `readDataFile`. */
export async function requireDataFile(path: string): Promise<void> {
  const stats = await stat(path).catch((cause: unknown) => {
    throw describeFailure(path, cause);
  });
  await access(path, constants.R_OK).catch((cause: unknown) => {
    throw describeFailure(path, cause);
  });
  if (stats.isDirectory()) throw describeFailure(path, Object.assign(new Error('is a directory'), { code: 'EISDIR' }));
  // A pipe could be read once only, and a resumed run reads its data again.
  if (!stats.isFile()) throw describeFailure(path, 'no regular file');
  if (stats.size === 0) throw emptyFile(path);
}

function emptyFile(path: string): ConfigError {
  return new ConfigError('DATA_FILE_EMPTY', `The data file ${path} is empty: 0 bytes. Give a file that holds data.`);
}

function describeFailure(path: string, cause: unknown): ConfigError {
  const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
  if (reason === 'ENOENT') {
    return new ConfigError('DATA_FILE_MISSING', `The data file ${path} does not exist. Check --data-path.`, { cause });
  }
  if (reason === 'EISDIR') {
    return new ConfigError(
      'DATA_FILE_IS_DIRECTORY',
      `The data path ${path} is a directory. Name the files in it, one by one.`,
      { cause },
    );
  }
  return new ConfigError(
    'DATA_FILE_UNREADABLE',
    `The data file ${path} cannot be read (${reason}). Check its permissions.`,
    { cause },
  );
}
