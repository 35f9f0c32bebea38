// Listens for workers over TCP, TLS or a Unix socket. Everything before the upgrade is bounded in time, size and number.
import { chmodSync, readFileSync } from 'node:fs';
import {
  createServer as createHttpServer,
  STATUS_CODES,
  type IncomingMessage,
  type Server,
  type ServerOptions,
} from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { ConfigError, TransportError } from '../errors.js';
import { headerBytes } from '../protocol/frame.js';
import { defaultLimits, type ProtocolLimits } from '../protocol/limits.js';
import { isLoopback, type ListenAddress } from './address.js';
import { refuseUpgrade, type AdmissionRules, type Refusal } from './admission.js';
import { closeCodes, type Connection } from './connection.js';
import { SocketConnection, socketOptions } from './socket-connection.js';
import { clearSocketPath } from './unix-socket.js';

export interface ListenOptions {
  readonly address: ListenAddress;
  readonly token: string | undefined;
  readonly tls?: { readonly certPath: string; readonly keyPath: string };
  /** Plain text to other machines, on the user's word. */
  readonly insecure: boolean;
  readonly limits?: ProtocolLimits;
  onConnection(connection: Connection): void;
  /** A request was turned away; `refusal.code` says why. */
  onRefused(peer: string, refusal: Refusal): void;
}

export interface Listener {
  /** What a worker joins: `ws://127.0.0.1:29600`, `wss://...` or `unix:/path`. */
  readonly url: string;
  close(): Promise<void>;
}

/** How long closing waits for clients to say goodbye and for what is queued to leave. */
const closeGraceMs = 1000;

/** Starts listening; resolves when connections can come in. */
export async function listen(options: ListenOptions): Promise<Listener> {
  const limits = options.limits ?? defaultLimits;
  checkExposure(options);
  const server = createServer(options, limits);
  const sockets = new WebSocketServer({
    noServer: true,
    ...socketOptions,
    maxPayload: limits.maxChunkBytes + headerBytes,
  });
  const rules: AdmissionRules = {
    token: options.token,
    isLoopbackOnly: options.address.kind === 'tcp' && isLoopback(options.address.host) && options.token === undefined,
    maxConnections: limits.maxConnections,
  };
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    const refusal = refuseUpgrade(request, rules, sockets.clients.size);
    if (refusal) {
      options.onRefused(peerOf(request), refusal);
      refuse(socket, refusal);
      return;
    }
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      options.onConnection(new SocketConnection(webSocket, socket, peerOf(request), isLocal(request)));
    });
  });
  const open = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  const url = await bind(server, options);
  // Out of file descriptors, most likely: that client is turned away, the run goes on.
  server.on('error', ({ message }) =>
    options.onRefused('unknown', { status: 503, code: 'TOO_MANY_CONNECTIONS', message }),
  );
  return {
    url,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const client of sockets.clients) client.close(closeCodes.goingAway, 'the coordinator ends');
      server.closeAllConnections();
      const timer = setTimeout(() => open.forEach((socket) => socket.destroy()), closeGraceMs);
      await closed;
      clearTimeout(timer);
    },
  };
}

function checkExposure({ address, token, tls, insecure }: ListenOptions): void {
  if (address.kind === 'unix' || isLoopback(address.host)) return;
  if (token === undefined) {
    throw new ConfigError(
      'TOKEN_REQUIRED',
      `Listening on ${address.host} needs a token: --token-file FILE or BRIDLE_TOKEN.`,
    );
  }
  if (!tls && !insecure) {
    throw new ConfigError(
      'INSECURE_LISTEN',
      `Listening on ${address.host} would send token and data in plain text. Give --tls-cert and --tls-key, or --insecure on a network that you trust.`,
    );
  }
}

function createServer(options: ListenOptions, limits: ProtocolLimits): Server {
  const http = {
    headersTimeout: limits.handshakeTimeoutMs,
    requestTimeout: limits.handshakeTimeoutMs,
    connectionsCheckingInterval: limits.handshakeTimeoutMs / 10,
    maxHeaderSize: 8192,
    keepAliveTimeout: 1000,
  };
  const server = options.tls ? createTlsServer(options.tls, http, limits) : createHttpServer(http);
  server.maxConnections = limits.maxConnections + 64;
  server.on('request', (_request, response) => {
    response
      .writeHead(426, { 'content-type': 'text/plain', connection: 'close' })
      .end('This is a bridle coordinator: join it with bridle worker --join.\n');
  });
  server.on('clientError', (_error, socket) => socket.destroy());
  return server;
}

function createTlsServer(
  { certPath, keyPath }: NonNullable<ListenOptions['tls']>,
  http: ServerOptions,
  limits: ProtocolLimits,
): Server {
  const pem = { cert: readPem(certPath, '--tls-cert'), key: readPem(keyPath, '--tls-key') };
  try {
    return createHttpsServer({ ...http, ...pem, minVersion: 'TLSv1.2', handshakeTimeout: limits.handshakeTimeoutMs });
  } catch (cause) {
    const message = `--tls-cert ${certPath} and --tls-key ${keyPath} cannot be used: ${(cause as Error).message}`;
    throw new ConfigError('TLS_FILE', message, { cause });
  }
}

function readPem(path: string, flag: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new ConfigError('TLS_FILE', `${flag} ${path} cannot be read: ${(cause as Error).message}`, { cause });
  }
}

async function bind(server: Server, { address, tls }: ListenOptions): Promise<string> {
  if (address.kind === 'unix') await clearSocketPath(address.path);
  await new Promise<void>((resolve, reject) => {
    const fail = (cause: NodeJS.ErrnoException): void => reject(listenError(address, cause));
    server.once('error', fail);
    server.once('listening', () => {
      server.off('error', fail);
      resolve();
    });
    if (address.kind === 'unix') server.listen(address.path);
    else server.listen(address.port, address.host);
  });
  if (address.kind === 'unix') chmodSync(address.path, 0o600); // there is no token: its owner alone may connect
  if (address.kind === 'unix') return `unix:${address.path}`;
  const { port } = server.address() as AddressInfo;
  const host = address.host.includes(':') ? `[${address.host}]` : address.host;
  return `${tls ? 'wss' : 'ws'}://${host}:${port}`;
}

function listenError(address: ListenAddress, cause: NodeJS.ErrnoException): Error {
  const place = address.kind === 'unix' ? address.path : `${address.host}:${address.port}`;
  if (cause.code === 'EADDRINUSE') {
    return new TransportError(
      'ADDRESS_IN_USE',
      `${place} is taken by another process. Choose another with --listen HOST:PORT (port 0: any free one).`,
      { cause },
    );
  }
  return new TransportError('LISTEN_FAILED', `Cannot listen on ${place}: ${cause.message}`, { cause });
}

function isLocal({ socket }: IncomingMessage): boolean {
  return socket.remoteAddress === undefined || isLoopback(socket.remoteAddress);
}

function peerOf(request: IncomingMessage): string {
  const { remoteAddress, remotePort } = request.socket;
  return remoteAddress === undefined ? 'unix socket' : `${remoteAddress}:${remotePort}`;
}

function refuse(socket: Duplex, { status, code, message }: Refusal): void {
  const body = `${code}: ${message}\n`;
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Type: text/plain\r\nX-Bridle-Code: ${code}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    () => socket.destroy(),
  );
}
