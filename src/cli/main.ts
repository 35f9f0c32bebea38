#!/usr/bin/env node
// The executable: arguments in, exit code out.
import { dispatch } from './dispatch.js';

// `bridle train | head` closes stdout early: the training goes on, its lines have no reader any more.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

process.exitCode = await dispatch(process.argv.slice(2), process);
endLater();

/** What a user's module left open (a timer, a connection) must not keep the process that is done; a slow reader may. */
function endLater(): void {
  setTimeout(() => (process.stdout.writableLength === 0 ? process.exit() : endLater()), 2_000).unref();
}
