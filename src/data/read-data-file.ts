// Reads one of the user's data files whole, and says plainly when that fails.
import { readFile } from 'node:fs/promises';
import { ConfigError } from '../errors.js';

/** Reads a file that must exist and hold something. Throws ConfigError DATA_FILE_MISSING, DATA_FILE_IS_DIRECTORY, DATA_FILE_UNREADABLE or DATA_FILE_EMPTY. */
export async function readDataFile(path: string): Promise<Uint8Array> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw describeFailure(path, cause);
  });
  if (bytes.length > 0) return bytes;
  throw new ConfigError('DATA_FILE_EMPTY', `The data file ${path} is empty: 0 bytes. Give a file that holds data.`);
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
