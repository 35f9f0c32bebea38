// A real sshd on a port of its own on 127.0.0.1, with keys that live as long as a test's folder; the machine's own is left alone.
// Needs OpenSSH's server and client. It lets in the user who runs the test, by that key alone.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';

const sshd = '/usr/sbin/sshd';
const isRoot = process.getuid?.() === 0;
const canMount = spawnSync('unshare', ['--mount', 'true']).status === 0;
export const hasSsh = existsSync(sshd) && spawnSync('ssh', ['-V']).status === 0 && (canMount || !isRoot);
/** Run by root it wants an empty folder in /run, which only itself gets to see. */
const inOwnRun = 'mount -t tmpfs tmpfs /run && mkdir -m 755 /run/sshd && exec "$@"';

export interface SshServer {
  /** The client with all that it needs to get in, as one line. */
  readonly command: string;
  close(): void;
}

/** Starts the server; hosts are `127.0.0.1` and `localhost`. Throws with the server's log when nobody gets in. */
export async function startSshServer(folder: string): Promise<SshServer> {
  const at = (name: string): string => join(folder, name);
  mkdirSync(folder, { recursive: true });
  for (const key of ['host-key', 'user-key']) {
    const made = spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', at(key)]);
    if (made.status !== 0) throw new Error(`ssh-keygen failed: ${made.stderr.toString()}`);
  }
  const port = await freePort();
  const hostKey = readFileSync(at('host-key.pub'), 'utf8');
  writeFileSync(at('known-hosts'), ['127.0.0.1', 'localhost'].map((host) => `[${host}]:${port} ${hostKey}`).join(''));
  writeFileSync(
    at('sshd-config'),
    [
      `ListenAddress 127.0.0.1:${port}`,
      `HostKey ${at('host-key')}`,
      `AuthorizedKeysFile ${at('user-key.pub')}`,
      `SetEnv PATH=${dirname(process.execPath)}:/usr/bin:/bin`,
      'PidFile none',
      'StrictModes no', // the folder of a test lies below one that everybody may write to
      'UsePAM no',
      'AuthenticationMethods publickey',
      'PermitRootLogin prohibit-password',
    ].join('\n'),
  );
  const start = [sshd, '-D', '-f', at('sshd-config'), '-E', at('sshd-log')];
  const [program = '', ...args] = isRoot ? ['unshare', '--mount', 'sh', '-c', inOwnRun, 'sh', ...start] : start;
  const server = spawn(program, args, { stdio: 'ignore' });
  const options = [`UserKnownHostsFile=${at('known-hosts')}`, 'StrictHostKeyChecking=yes', 'IdentitiesOnly=yes'];
  const client = ['-F', 'none', '-p', `${port}`, '-i', at('user-key'), ...options.flatMap((option) => ['-o', option])];
  const close = (): void => void server.kill();
  try {
    await listening(port);
    const probe = spawnSync('ssh', [...client, '-o', 'BatchMode=yes', '127.0.0.1', 'true']);
    if (probe.status !== 0) throw new Error(`nobody gets in: ${probe.stderr.toString()}`);
  } catch (error) {
    close();
    const log = existsSync(at('sshd-log')) ? readFileSync(at('sshd-log'), 'utf8') : '';
    throw new Error(`${(error as Error).message}\nsshd: ${log}`, { cause: error });
  }
  return { command: ['ssh', ...client].join(' '), close };
}

/** sshd cannot be told port 0: the system names a port, which is free until somebody takes it. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Waits until somebody listens. */
async function listening(port: number, deadlineMs = 10_000): Promise<void> {
  for (const end = Date.now() + deadlineMs; Date.now() < end;) {
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false));
      socket.on('connect', () => socket.destroy());
    });
    if (isOpen) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`sshd did not listen within ${deadlineMs} ms`);
}
