// Imports a user's module; whatever goes wrong is an error with a code, the file and the line.
import { execFile } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { ConfigError } from '../errors.js';
import { inTime } from './in-time.js';

/** A module that waits for something that never comes must not keep a run from starting, or from failing. */
const deadlineMs = 60_000;
const checkMs = 10_000;

/**
 * Imports `path` and returns its default export. `files`: all that it consists of, where a syntax error is looked for.
 * Throws ConfigError MODULE_SYNTAX, MODULE_FAILED, MODULE_TIMEOUT, MODULE_DEFAULT.
 */
export async function importDefault(path: string, files: readonly string[], example: string): Promise<unknown> {
  const module = await importInTime(path, files);
  if ('default' in module && module.default !== undefined) return module.default;
  const names = Object.keys(module).join(', ') || 'nothing';
  const message = `${path} must have a default export, ${example}; it exports ${names}.`;
  throw new ConfigError('MODULE_DEFAULT', message);
}

async function importInTime(path: string, files: readonly string[]): Promise<Record<string, unknown>> {
  const late = (): ConfigError => {
    const message = `${path} was not loaded within ${deadlineMs / 1000} s: it waits for something at its top level.`;
    return new ConfigError('MODULE_TIMEOUT', message);
  };
  try {
    const module = import(pathToFileURL(path).href) as Promise<Record<string, unknown>>;
    return await inTime(module, deadlineMs, late);
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    const place = error instanceof SyntaxError ? await findSyntaxError([path, ...files]) : undefined;
    if (place !== undefined) throw new ConfigError('MODULE_SYNTAX', `${place}: ${tell(error)}.`, { cause: error });
    throw new ConfigError('MODULE_FAILED', `${path} cannot be loaded: ${describeThrown(error)}`, { cause: error });
  }
}

/** Node tells the place of a syntax error to nobody but the terminal. */
async function findSyntaxError(files: readonly string[]): Promise<string | undefined> {
  for (const file of files) {
    const place = await new Promise<string | undefined>((resolve) => {
      execFile(process.execPath, ['--check', file], { timeout: checkMs }, (error, _stdout, stderr) =>
        resolve(error ? (stderr.split('\n')[0] ?? '').replace(/^file:\/\//, '') : undefined),
      );
    });
    if (place !== undefined && place.startsWith(file)) return place;
  }
  return undefined;
}

/** What was thrown, with the first place in a file outside of packages. */
export function describeThrown(error: unknown): string {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  const places = Array.from(stack.matchAll(/file:\/\/([^\s()]+:\d+:\d+)/g), ([, place]) => place ?? '');
  const place = places.find((found) => !found.includes('/node_modules/') && !found.includes('/bridle/dist/'));
  return `${tell(error)}${place === undefined ? '' : ` (${place})`}`;
}

function tell(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : `it threw ${String(error)}`;
}
