// NumPy's archives of arrays: a zip file with one .npy an entry, stored or deflated, by yauzl.
import { openPromise, type Entry } from 'yauzl';
import { ConfigError } from '../errors.js';
import { openNpy, type NpyArray } from './npy.js';

/** Deflate reaches 1,032 to 1; what claims more than this, and is large, is a bomb or nothing to learn from. */
const maxExpansion = 200;
const alwaysAllowedBytes = 64 << 20;

/** Opens every array of an archive by its name without .npy; their bytes are read when they are asked for. Throws ConfigError NPZ_INVALID or NPY_INVALID. */
export async function openNpz(path: string): Promise<Map<string, NpyArray>> {
  const fail = (cause: unknown): ConfigError =>
    invalid(path, 'a zip archive as numpy.savez writes it', messageOf(cause), cause);
  const zip = await openPromise(path).catch((cause: unknown) => {
    throw fail(cause);
  });
  const arrays = new Map<string, NpyArray>();
  try {
    for await (const entry of zip.eachEntry()) {
      if (!entry.fileName.endsWith('.npy')) throw invalid(path, 'entries that end in .npy', entry.fileName);
      requireNoBomb(path, entry);
      const place = `${path}, entry ${entry.fileName}`;
      arrays.set(
        entry.fileName.slice(0, -4),
        await openNpy(
          place,
          chunksOf(place, () => zip.openReadStreamPromise(entry)),
        ),
      );
    }
  } catch (error) {
    throw error instanceof ConfigError ? error : fail(error);
  }
  return arrays;
}

async function* chunksOf(
  path: string,
  open: () => Promise<AsyncIterable<Buffer | string>>,
): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of await open()) yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
  } catch (cause) {
    throw invalid(path, 'bytes that can be unpacked', messageOf(cause), cause);
  }
}

function requireNoBomb(path: string, { fileName, compressedSize, uncompressedSize }: Entry): void {
  if (uncompressedSize <= Math.max(alwaysAllowedBytes, maxExpansion * compressedSize)) return;
  throw invalid(
    path,
    `entries that unpack to at most ${maxExpansion} times their size`,
    `${uncompressedSize} bytes out of ${compressedSize} in ${fileName}`,
  );
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

function invalid(path: string, wanted: string, got: string, cause?: unknown): ConfigError {
  return new ConfigError('NPZ_INVALID', `${path}: wanted ${wanted}, got ${got}. Save it again with numpy.savez.`, {
    cause,
  });
}
