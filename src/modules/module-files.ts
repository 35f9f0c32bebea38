// The files that a user's module consists of: itself and what it imports by relative paths, each by the hash of its bytes.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname, relative, resolve, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { init, parse } from 'es-module-lexer';
import { ConfigError } from '../errors.js';

/** A file by its path from the module's folder, with `/`; the module itself is `.`, whatever its name. */
export interface ModuleFile {
  readonly path: string;
  readonly sha256: string;
}

const maxFiles = 256;
const hasImports = /\.m?js$/;

/**
 * Lists the module and all that it imports by relative paths, directly or not, in the order of their paths. Packages, and
 * imports whose path is computed, are not followed. Throws ConfigError MODULE_UNREADABLE, MODULE_TOO_LARGE.
 */
export async function readModuleFiles(path: string): Promise<ModuleFile[]> {
  await init;
  const entry = resolve(path);
  const found = new Map<string, string>();
  const waiting = [{ file: entry, from: undefined as string | undefined }];
  for (let next = waiting.shift(); next; next = waiting.shift()) {
    const { file, from } = next;
    if (found.has(file)) continue;
    if (found.size === maxFiles) {
      const message = `${path} imports more than ${maxFiles} files by relative paths. Put what does not change into a package.`;
      throw new ConfigError('MODULE_TOO_LARGE', message);
    }
    const bytes = await read(file, from);
    found.set(file, createHash('sha256').update(bytes).digest('hex'));
    if (hasImports.test(file))
      waiting.push(...importsOf(file, bytes.toString('utf8')).map((to) => ({ file: to, from: file })));
  }
  const name = (file: string): string => (file === entry ? '.' : relative(dirname(entry), file).split(sep).join('/'));
  const files = Array.from(found, ([file, sha256]): ModuleFile => ({ path: name(file), sha256 }));
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

async function read(file: string, from: string | undefined): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? String(cause);
    const importer = from === undefined ? '' : `, which ${from} imports,`;
    throw new ConfigError('MODULE_UNREADABLE', `${file}${importer} cannot be read (${reason}). Check the path.`, {
      cause,
    });
  }
}

/** A text that cannot be parsed has no imports: importing it says what is wrong, and where. */
function importsOf(file: string, text: string): string[] {
  try {
    const names = parse(text)[0].flatMap(({ n }) => (n?.startsWith('.') || n?.startsWith('file:') ? [n] : []));
    return names.map((name) => fileURLToPath(new URL(name.replace(/[?#].*$/, ''), pathToFileURL(file))));
  } catch {
    return [];
  }
}

/** Names the first file that two lists do not share, or undefined. */
export function findOtherFile(wanted: readonly ModuleFile[], got: readonly ModuleFile[]): string | undefined {
  const theirs = new Map(got.map(({ path, sha256 }) => [path, sha256]));
  const differing = wanted.find(({ path, sha256 }) => theirs.get(path) !== sha256)?.path;
  const known = new Set(wanted.map(({ path }) => path));
  return differing ?? got.find(({ path }) => !known.has(path))?.path;
}
