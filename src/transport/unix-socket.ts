// A Unix socket's place in the file system: what a dead coordinator left behind goes, everything else stays.
import { lstatSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { TransportError } from '../errors.js';

/** Makes room for a socket at `path`. Throws `ADDRESS_IN_USE` where somebody listens, `LISTEN_FAILED` where a file of another kind lies. */
export async function clearSocketPath(path: string): Promise<void> {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (!found) return;
  if (!found.isSocket()) {
    throw new TransportError('LISTEN_FAILED', `Cannot listen on ${path}: a file that is not a socket lies there.`);
  }
  if (await isAnswered(path)) {
    throw new TransportError(
      'ADDRESS_IN_USE',
      `${path} is taken by another process. Choose another with --listen unix:PATH.`,
    );
  }
  rmSync(path, { force: true });
}

function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const answer = (isOpen: boolean): void => {
      socket.destroy();
      resolve(isOpen);
    };
    socket.once('connect', () => answer(true));
    // A refusal is the sign of a dead owner; whatever else happens, the path is not ours to take.
    socket.once('error', (cause: NodeJS.ErrnoException) => answer(cause.code !== 'ECONNREFUSED'));
  });
}
