// Log files: JSON lines, written synchronously so that the last line before a crash is there. Secrets are blanked.
import { pino, type Logger } from 'pino';

const secretFields = ['token', '*.token', 'authorization', '*.authorization', 'headers.authorization'];

/** Opens (or goes on with) a log file; missing folders are made. */
export function openLog(path: string, verbose: boolean): Logger {
  const destination = pino.destination({ dest: path, sync: true, mkdir: true });
  const redact = { paths: secretFields, censor: '[secret]' };
  return pino({ level: verbose ? 'debug' : 'info', redact }, destination);
}
