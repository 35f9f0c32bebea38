// The token: from a file or the environment, never from the command line.
import { readFile } from 'node:fs/promises';
import type { Environment } from '../config/read-environment.js';
import { ConfigError } from '../errors.js';

const leastCharacters = 16;
const mostCharacters = 1024;

/** Reads the token; undefined where none is given. The file wins over BRIDLE_TOKEN. Throws ConfigError TOKEN_FILE or TOKEN_INVALID. */
export async function readToken(tokenFile: string | undefined, env: Environment): Promise<string | undefined> {
  if (tokenFile !== undefined) return checkToken(await readTokenFile(tokenFile), tokenFile);
  return env.BRIDLE_TOKEN === undefined || env.BRIDLE_TOKEN === ''
    ? undefined
    : checkToken(env.BRIDLE_TOKEN, 'BRIDLE_TOKEN');
}

async function readTokenFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? String(cause);
    const message = `--token-file ${path} cannot be read (${reason}). Copy the token file from the coordinator's machine.`;
    throw new ConfigError('TOKEN_FILE', message, { cause });
  }
}

// The token itself is in no message: logs and screens are shared.
function checkToken(text: string, source: string): string {
  const token = text.trim();
  if (/^[\x21-\x7e]+$/.test(token) && token.length >= leastCharacters && token.length <= mostCharacters) return token;
  const message = `${source} must hold one token of ${leastCharacters} to ${mostCharacters} printable ASCII characters without spaces, got ${token.length} characters.`;
  throw new ConfigError('TOKEN_INVALID', message);
}
