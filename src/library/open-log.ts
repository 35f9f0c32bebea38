// Log files: JSON lines, written synchronously so that the last line before a crash is there. Secrets are blanked.
import { pino, type Logger } from 'pino';

const secretFields = ['token', '*.token', 'authorization', '*.authorization', 'headers.authorization'];

export interface OpenLog {
  readonly log: Logger;
  /** Closes the file; what is logged later is dropped. */
  close(): void;
}

/** Opens (or goes on with) a log file; missing folders are made. */
export function openLog(path: string, verbose: boolean): OpenLog {
  const destination = pino.destination({ dest: path, sync: true, mkdir: true });
  const redact = { paths: secretFields, censor: '[secret]' };
  let isOpen = true;
  // A program may train again and again: its files are closed, and a late line must not throw for it.
  const write = (line: string): unknown => isOpen && destination.write(line);
  return {
    log: pino({ level: verbose ? 'debug' : 'info', redact }, { write }),
    close: () => {
      isOpen = false;
      destination.end();
    },
  };
}
