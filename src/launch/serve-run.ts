// A coordinator that listens: opens the run, lets workers in, ends when the run ends. Local workers are the caller's matter.
import { chmod, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { readRunRecord, writeRunRecord } from '../checkpoint/run-folder.js';
import { Coordinator } from '../coordinator/coordinator.js';
import type { TrainingOptions } from '../coordinator/training-options.js';
import { TransportError } from '../errors.js';
import type { DoneEvent } from '../metrics/events.js';
import { isLoopback } from '../transport/address.js';
import { fingerprintOf } from '../transport/fingerprint.js';
import { listen, type ListenOptions, type Listener } from '../transport/server.js';
import { createToken } from '../transport/token.js';
import type { LaunchOptions } from './launch-options.js';
import { openRun } from './open-run.js';
import { bridleVersion } from '../protocol/version.js';

export interface Served {
  /** What local workers join. */
  readonly url: string;
  readonly token: string | undefined;
  /** Ends the run because of an error outside the coordinator. */
  fail(error: unknown): void;
}

/**
 * Runs a coordinator until its run ends. `beside` is called when it listens, and starts local workers; what it returns is
 * called when the run has ended, however it ended.
 */
export async function serveRun(
  training: TrainingOptions,
  launch: LaunchOptions,
  beside: (served: Served) => () => Promise<void>,
): Promise<DoneEvent> {
  const { runDir } = launch.location;
  const run = await openRun(training, launch);
  let listener: Listener | undefined;
  let end: (() => Promise<void>) | undefined;
  try {
    const coordinator = await Coordinator.start({
      training,
      ...run,
      runDir,
      bridleVersion,
      payload: launch.payload,
      ...(launch.advertise !== undefined && { advertised: launch.advertise }),
      ...(launch.recordGradients !== undefined && { recordGradients: launch.recordGradients }),
      onEvent: launch.onEvent,
      onKernel: (kernelId) => {
        readRunRecord(runDir)
          .then((record) => writeRunRecord(runDir, { ...record, kernelId }))
          .catch((error: unknown) => coordinator.fail(error));
      },
      log: launch.log,
    });
    const token = launch.token ?? (await makeToken(launch));
    listener = await open(launch, token, coordinator);
    announce(launch, training, listener.url, token);
    const stop = (): void => coordinator.stop();
    launch.signal.addEventListener('abort', stop, { once: true });
    if (launch.signal.aborted) stop();
    end = beside({ url: listener.url, token, fail: (error) => coordinator.fail(error) });
    const done = await coordinator.done;
    launch.signal.removeEventListener('abort', stop);
    return done;
  } finally {
    await end?.();
    await listener?.close();
    await run.lock.release();
  }
}

/** A token of our own for other machines, in a file that only its owner reads; loopback and Unix sockets need none. */
async function makeToken({ listen: address, location }: LaunchOptions): Promise<string | undefined> {
  if ('unixPath' in address || isLoopback(address.host)) return undefined;
  const token = createToken();
  const path = tokenPath(location.runDir);
  await writeFile(path, `${token}\n`, { mode: 0o600 });
  await chmod(path, 0o600);
  return token;
}

const tokenPath = (runDir: string): string => join(runDir, 'token');

async function open(launch: LaunchOptions, token: string | undefined, coordinator: Coordinator): Promise<Listener> {
  const { listen: wanted, tls, insecure, log } = launch;
  const options = (port: number | undefined): ListenOptions => ({
    address:
      'unixPath' in wanted
        ? { kind: 'unix', path: wanted.unixPath }
        : { kind: 'tcp', host: wanted.host, port: port ?? wanted.port },
    token,
    ...(tls && { tls }),
    insecure,
    onConnection: (connection) => coordinator.admit(connection),
    onRefused: (peer, refusal) => log.warn({ peer, code: refusal.code }, refusal.message),
  });
  try {
    return await listen(options(undefined));
  } catch (error) {
    const isTaken = error instanceof TransportError && error.code === 'ADDRESS_IN_USE';
    if (!isTaken || 'unixPath' in wanted || wanted.explicit) throw error;
    launch.onEvent({
      event: 'warning',
      code: 'ADDRESS_IN_USE',
      message: `Port ${wanted.port} is taken; a free one is used instead.`,
    });
    return listen(options(0));
  }
}

function announce(launch: LaunchOptions, training: TrainingOptions, url: string, token: string | undefined): void {
  const reachable =
    launch.advertise === undefined
      ? url.replace(/\/\/(0\.0\.0\.0|\[::\])(?=:)/, `//${hostname()}`)
      : url.replace(/\/\/.*$/, `//${launch.advertise}`);
  const flags = [
    training.backend === 'auto' ? '' : ` --backend ${training.backend}`,
    training.execution === 'auto' ? '' : ` --execution ${training.execution}`,
    token === undefined ? '' : ' --token-file TOKEN_FILE',
    launch.tls ? ` --tls-fingerprint ${fingerprintOf(launch.tls.certPath)}` : '',
    launch.insecure && !launch.tls ? ' --insecure' : '',
  ].join('');
  const made =
    token !== undefined && launch.token === undefined
      ? `  (TOKEN_FILE: a copy of ${tokenPath(launch.location.runDir)})`
      : '';
  launch.onEvent({ event: 'listening', urls: [url], joinCommand: `bridle worker --join ${reachable}${flags}${made}` });
}
