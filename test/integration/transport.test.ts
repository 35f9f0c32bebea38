// Real sockets: TCP, TLS and Unix, who is let in, what is closed when, and no secret in anything that is written.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { connect as connectTcp, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { BridleError } from '../../src/errors.js';
import { defaultLimits } from '../../src/protocol/limits.js';
import { joinMessage } from '../../src/protocol/message.js';
import { connect, type ConnectOptions } from '../../src/transport/client.js';
import type { Connection } from '../../src/transport/connection.js';
import { listen, type Listener, type ListenOptions } from '../../src/transport/server.js';
import { BridleProcess, endAll } from './support/bridle-process.js';
import { hasOpenssl, makeSelfSigned } from './support/self-signed.js';
import { tempFolder } from './support/temp-folder.js';

const folder = tempFolder();
const tls = hasOpenssl ? makeSelfSigned(folder) : undefined;
const token = 'only-for-this-test-Zq7';
const listeners: Listener[] = [];

interface Served {
  readonly url: string;
  readonly listener: Listener;
  readonly refused: string[];
  /** The server's ends of the connections, in the order in which they came. */
  readonly accepted: Connection[];
  readonly received: Uint8Array[];
  readonly closes: string[];
}

/** Listens on a free port of loopback unless told otherwise; keeps what comes. */
async function serve(options: Partial<ListenOptions> = {}): Promise<Served> {
  const [refused, accepted, received, closes] = [[], [], [], []] as [string[], Connection[], Uint8Array[], string[]];
  const listener = await listen({
    address: { kind: 'tcp', host: '127.0.0.1', port: 0 },
    token: undefined,
    insecure: false,
    onRefused: (_peer, { code }) => refused.push(code),
    onConnection: (connection) => {
      accepted.push(connection);
      connection.handle({
        onMessage: (message) => {
          const bytes = joinMessage(message);
          received.push(bytes);
          connection.send(bytes);
        },
        onClose: (code, reason) => closes.push(`${code} ${reason}`),
      });
    },
    ...options,
  });
  listeners.push(listener);
  return { url: listener.url, listener, refused, accepted, received, closes };
}

interface Client {
  readonly connection: Connection;
  readonly received: Uint8Array[];
  readonly closed: Promise<string>;
  /** Resolves when so many messages are here. */
  messages(count: number): Promise<Uint8Array[]>;
}

async function joinAt(url: string, options: Partial<ConnectOptions> = {}): Promise<Client> {
  const connection = await connect({ join: url, token: undefined, insecure: false, ...options });
  const received: Uint8Array[] = [];
  let notify = (): void => undefined;
  const closed = new Promise<string>((resolve) => {
    connection.handle({
      onMessage: (message) => {
        received.push(joinMessage(message));
        notify();
      },
      onClose: (code, reason) => resolve(`${code} ${reason}`),
    });
  });
  const messages = (count: number): Promise<Uint8Array[]> =>
    new Promise((resolve) => {
      notify = () => {
        if (received.length >= count) resolve(received);
      };
      notify();
    });
  return { connection, received, closed, messages };
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof BridleError) return error.code;
    throw error;
  }
  return 'none';
}

/** Opens a bare socket and tells after how many ms the other side ends it. */
function lifeOf(port: number, first: string, more?: string): Promise<number> {
  const startedAt = performance.now();
  return new Promise((resolve) => {
    const socket: Socket = connectTcp(port, '127.0.0.1', () => socket.write(first));
    const drip = more === undefined ? undefined : setInterval(() => socket.write(more), 50);
    socket.on('data', () => undefined);
    socket.on('error', () => undefined); // a reset is an end too
    socket.on('close', () => {
      clearInterval(drip);
      resolve(performance.now() - startedAt);
    });
  });
}

const portOf = (url: string): number => Number(new URL(url).port);

afterEach(async () => {
  await Promise.all(listeners.splice(0).map((listener) => listener.close()));
  await endAll();
});

const roads: [string, () => Partial<ListenOptions>, Partial<ConnectOptions>][] = [
  ['TCP', () => ({}), {}],
  ['a Unix socket', () => ({ address: { kind: 'unix', path: join(folder, 'a b:c%41.sock') } }), {}],
  ...(tls ? [['TLS', () => ({ tls }), { tlsCaPath: tls.certPath }] as (typeof roads)[number]] : []),
];

describe.each(roads)('over %s', (_name, options, joining) => {
  it('messages of every size come whole, in order and unchanged', async () => {
    const { url } = await serve(options());
    const client = await joinAt(url, joining);
    const sent = [0, 1, 125, 126, 65_535, 65_536, 1024 * 1024 + 64].map((length) =>
      Uint8Array.from({ length }, (_, i) => (i * 7 + length) % 251),
    );
    for (const bytes of sent) client.connection.send(bytes);
    const came = await client.messages(sent.length);
    expect(came.map(({ length }) => length)).toEqual(sent.map(({ length }) => length));
    expect(came.every((bytes, i) => Buffer.compare(bytes, sent[i] ?? bytes) === 0)).toBe(true);
  });

  it('a close arrives with its code and its reason, cut to what fits', async () => {
    const { url, accepted, closes } = await serve(options());
    const client = await joinAt(url, joining);
    accepted[0]?.close(4001, `KERNEL_MISMATCH ${'ä'.repeat(100)}`);
    const [code, reason] = (await client.closed).split(/ (.*)/s);
    expect([code, reason?.startsWith('KERNEL_MISMATCH ä'), Buffer.byteLength(reason ?? '')]).toEqual([
      '4001',
      true,
      122,
    ]);
    await expect.poll(() => closes[0]).toMatch(/^4001 /);
  });

  it('ending says goodbye after all that was queued', async () => {
    const { url, listener, accepted } = await serve(options());
    const client = await joinAt(url, joining);
    const frames = Array.from({ length: 20 }, () => new Uint8Array(1024 * 1024));
    for (const frame of frames) accepted[0]?.send(frame);
    await listener.close();
    expect(await client.closed).toBe('1001 the coordinator ends');
    expect(client.received).toHaveLength(20);
  });

  it('the token is asked for, and told apart from others', async () => {
    const { url, refused, accepted } = await serve({ ...options(), token });
    expect(await codeOf(joinAt(url, joining))).toBe('TOKEN_MISSING');
    expect(await codeOf(joinAt(url, { ...joining, token: `${token}x` }))).toBe('TOKEN_WRONG');
    expect([refused, accepted.length]).toEqual([['TOKEN_MISSING', 'TOKEN_WRONG'], 0]);
    expect(await codeOf(joinAt(url, { ...joining, token }))).toBe('none');
  });
});

describe('a listener', () => {
  it.each(['0.0.0.0', '::', '10.1.2.3', 'example.org'])('on %s wants a token, and TLS or --insecure', async (host) => {
    const address = { kind: 'tcp', host, port: 0 } as const;
    expect(await codeOf(serve({ address }))).toBe('TOKEN_REQUIRED');
    expect(await codeOf(serve({ address, insecure: true }))).toBe('TOKEN_REQUIRED');
    expect(await codeOf(serve({ address, token }))).toBe('INSECURE_LISTEN');
  });

  it('names a port that is taken', async () => {
    const { url } = await serve();
    const address = { kind: 'tcp', host: '127.0.0.1', port: portOf(url) } as const;
    expect(await codeOf(serve({ address }))).toBe('ADDRESS_IN_USE');
  });

  it('takes the place of a dead Unix socket, never of a live one or of another file', async () => {
    const path = join(folder, 'dead.sock');
    const script = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
    spawnSync(process.execPath, ['-e', script]);
    expect(statSync(path).isSocket()).toBe(true);
    const { url, listener } = await serve({ address: { kind: 'unix', path } });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(await codeOf(serve({ address: { kind: 'unix', path } }))).toBe('ADDRESS_IN_USE');
    expect(await codeOf(joinAt(url))).toBe('none');
    await listener.close();
    expect(existsSync(path)).toBe(false);

    const precious = join(folder, 'precious.txt');
    writeFileSync(precious, 'mine');
    expect(await codeOf(serve({ address: { kind: 'unix', path: precious } }))).toBe('LISTEN_FAILED');
    expect(readFileSync(precious, 'utf8')).toBe('mine');
  });

  it('answers a browser with 426, and says what it is', async () => {
    const { url } = await serve();
    const status = await new Promise((resolve) =>
      get(url.replace('ws:', 'http:'), (response) => resolve(response.statusCode)),
    );
    expect(status).toBe(426);
  });

  it('without a token, refuses a request whose Host is another name, as a rebound DNS name would make it', async () => {
    const { url, refused } = await serve();
    const upgrade = { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13' };
    const headers = {
      ...upgrade,
      'sec-websocket-key': Buffer.alloc(16).toString('base64'),
      host: 'rebound.example.org',
    };
    const code = await new Promise((resolve) =>
      get({ port: portOf(url), host: '127.0.0.1', path: '/bridle/v1', headers }, (response) => {
        response.resume();
        resolve(`${response.statusCode} ${String(response.headers['x-bridle-code'])}`);
      }),
    );
    expect([code, refused]).toEqual(['403 HOST_REFUSED', ['HOST_REFUSED']]);
  });

  it('takes as many connections as its limit, and the next one when one has gone', async () => {
    const { url, refused, accepted } = await serve({ limits: { ...defaultLimits, maxConnections: 2 } });
    const first = await joinAt(url);
    await joinAt(url);
    expect(await codeOf(joinAt(url))).toBe('CONNECT_FAILED');
    expect(refused).toEqual(['TOO_MANY_CONNECTIONS']);
    accepted[0]?.close(1000, '');
    await first.closed;
    await expect.poll(() => codeOf(joinAt(url)), { timeout: 5000 }).toBe('none');
  });

  it('closes what does not finish its handshake in time, one byte at a time or none', async () => {
    const limits = { ...defaultLimits, handshakeTimeoutMs: 300 };
    const { url } = await serve({ limits });
    const secure = tls ? await serve({ limits, tls }) : undefined;
    const lives = await Promise.all([
      lifeOf(portOf(url), ''),
      lifeOf(portOf(url), 'GET /bridle/v1 HTTP/1.1\r\nHost: 127.0.0.1\r\n'),
      lifeOf(portOf(url), 'GET /bridle/v1 HTTP/1.1\r\n', 'x'),
      ...(secure ? [lifeOf(portOf(secure.url), ''), lifeOf(portOf(secure.url), '\x16\x03\x01')] : []),
    ]);
    for (const ms of lives) expect(ms).toBeLessThan(1500);
  });

  it('closes a connection whose message is too large with 1009, and keeps the others', async () => {
    const { url, received, closes } = await serve();
    const [bad, good] = [await joinAt(url), await joinAt(url)];
    bad.connection.send(new Uint8Array(1024 * 1024 + 65));
    expect(await bad.closed).toMatch(/^1009 /);
    good.connection.send(Uint8Array.of(1));
    await good.messages(1);
    expect([received.length, closes.length]).toEqual([1, 1]);
  });

  it('cuts a client that does not answer its goodbye', async () => {
    const { url, listener, accepted } = await serve();
    const upgrade = `GET /bridle/v1 HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${Buffer.alloc(16).toString('base64')}\r\n\r\n`;
    const life = lifeOf(portOf(url), upgrade);
    await expect.poll(() => accepted.length).toBe(1);
    const startedAt = performance.now();
    await listener.close();
    expect(performance.now() - startedAt).toBeLessThan(3000);
    await life;
  });
});

describe.runIf(tls)('TLS', () => {
  it('is refused by a client that does not know the certificate', async () => {
    const { url } = await serve({ tls: tls as NonNullable<typeof tls> });
    expect(url).toMatch(/^wss:/);
    expect(await codeOf(joinAt(url))).toBe('CONNECT_FAILED');
    expect(await codeOf(joinAt(url.replace('wss:', 'ws:')))).toBe('CONNECT_FAILED');
  });

  it('names a certificate or key that cannot be used', async () => {
    const certPath = join(folder, 'no.pem');
    expect(await codeOf(serve({ tls: { certPath, keyPath: certPath } }))).toBe('TLS_FILE');
    writeFileSync(certPath, 'not a certificate');
    expect(await codeOf(serve({ tls: { certPath, keyPath: certPath } }))).toBe('TLS_FILE');
  });

  it('carries a whole run whose token is in no file and no output', async () => {
    const runs = join(folder, 'runs');
    const tokenFile = join(folder, 'token');
    writeFileSync(tokenFile, `${token}\n`, { mode: 0o600 });
    const options =
      '--data adding --data-length 6 --data-examples 40 --hidden-size 4 --global-batch 16 --shards 2 --steps 2';
    const { certPath, keyPath } = tls as NonNullable<typeof tls>;
    const secure = ['--listen', '127.0.0.1:0', '--tls-cert', certPath, '--tls-key', keyPath, '--token-file', tokenFile];
    const coordinator = new BridleProcess(
      ['coordinator', ...options.split(' '), ...secure, '--out', runs, '--backend', 'wasm', '--json', '--verbose'],
      { cwd: folder },
    );
    const { urls, joinCommand } = await coordinator.event('listening');
    const joining = ['worker', '--join', urls[0] ?? '', '--tls-ca', certPath, '--backend', 'wasm', '--workers', '1'];
    const logs = ['--log-dir', join(folder, 'logs'), '--json', '--verbose'];
    const guesser = new BridleProcess([...joining, ...logs], { cwd: folder, env: { BRIDLE_TOKEN: `${token}-wrong` } });
    expect((await guesser.exit()).code).toBe(5);
    const worker = new BridleProcess([...joining, ...logs], { cwd: folder, env: { BRIDLE_TOKEN: token } });
    const done = await coordinator.done();
    expect((await worker.exit()).code).toBe(0);

    expect(joinCommand).toContain('wss://');
    expect(done.step).toBe(2);
    const outputs = [coordinator, worker, guesser].map((bridle) => JSON.stringify(bridle.events) + bridle.stderr);
    const files = [runs, join(folder, 'logs')].flatMap((root) =>
      readdirSync(root, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name)),
    );
    expect(files.length).toBeGreaterThan(8);
    for (const text of outputs) expect(text).not.toContain(token);
    for (const file of files) expect(readFileSync(file, 'latin1').includes(token), file).toBe(false);
  });
});
