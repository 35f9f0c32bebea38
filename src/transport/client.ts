// Connects a worker to its coordinator.
import { readFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { WebSocket } from 'ws';
import { ConfigError, TransportError } from '../errors.js';
import { headerBytes } from '../protocol/frame.js';
import { defaultLimits, type ProtocolLimits } from '../protocol/limits.js';
import { parseJoinAddress } from './address.js';
import type { Connection } from './connection.js';
import { connectPinned } from './fingerprint.js';
import { SocketConnection, socketOptions } from './socket-connection.js';

export interface ConnectOptions {
  readonly join: string;
  readonly token: string | undefined;
  readonly tlsCaPath?: string;
  /** SHA-256 of the only certificate to trust, as `XX:XX:...`; then nobody needs to vouch for it. */
  readonly tlsFingerprint?: string;
  readonly insecure: boolean;
  readonly limits?: ProtocolLimits;
}

/** Refuses what must not be tried at all: a token in plain text to another machine, a CA file that cannot be read. */
export function checkConnectOptions({ join, insecure, tlsCaPath }: ConnectOptions): void {
  const address = parseJoinAddress(join);
  if (!address.isEncrypted && !address.isLocal && !insecure) {
    throw new ConfigError(
      'INSECURE_JOIN',
      `${join} would carry token and data in plain text. Use wss:// (with --tls-ca for an own certificate), or --insecure on a network that you trust.`,
    );
  }
  if (tlsCaPath !== undefined) readCa(tlsCaPath);
}

/** Opens a connection. A TransportError with a code of `isFinalRefusal` must not be tried again. */
export function connect(options: ConnectOptions): Promise<Connection> {
  const limits = options.limits ?? defaultLimits;
  const { url, socketPath, isLocal, isEncrypted } = parseJoinAddress(options.join);
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, {
      ...socketOptions,
      maxPayload: limits.maxChunkBytes + headerBytes,
      handshakeTimeout: limits.handshakeTimeoutMs,
      // Masks guard proxies against pages (RFC 6455, 10.3). No proxy reads what stays on this machine or is encrypted, and a key
      // of zeros spares both ends a pass over every byte.
      ...((isLocal || isEncrypted) && { generateMask: (mask: Buffer) => void mask.fill(0) }),
      ...(socketPath !== undefined && { createConnection: () => createConnection(socketPath) }),
      ...(options.tlsFingerprint !== undefined && {
        createConnection: connectPinned(url, options.tlsFingerprint, limits.handshakeTimeoutMs),
      }),
      ...(options.token !== undefined && { headers: { authorization: `Bearer ${options.token}` } }),
      ...(options.tlsCaPath !== undefined && { ca: readCa(options.tlsCaPath) }),
    });
    socket.once('upgrade', ({ socket: stream }) =>
      socket.once('open', () => resolve(new SocketConnection(socket, stream, options.join, isLocal))),
    );
    socket.on('error', (cause) =>
      reject(
        cause instanceof TransportError
          ? cause
          : new TransportError('CONNECT_FAILED', `Cannot reach ${options.join}: ${cause.message}`, { cause }),
      ),
    );
    socket.once('unexpected-response', (request, response) => {
      const code = String(response.headers['x-bridle-code'] ?? '');
      request.destroy();
      if (isFinalRefusal(code)) reject(refused(options.join, code));
      else
        reject(
          new TransportError(
            'CONNECT_FAILED',
            `${options.join} answered with HTTP status ${response.statusCode} ${code}.`,
          ),
        );
    });
  });
}

/** Tells whether the coordinator has refused for a reason that does not pass by itself. */
export function isFinalRefusal(code: string): boolean {
  return /^(TOKEN|ORIGIN|HOST|TLS)_/.test(code);
}

function refused(join: string, code: string): TransportError {
  const reasons: Record<string, string> = {
    TOKEN_MISSING: `${join} wants a token: give --token-file FILE or BRIDLE_TOKEN (the coordinator prints where its token lies).`,
    TOKEN_WRONG: `${join} refused the token. Copy the coordinator's token file again.`,
  };
  return new TransportError(code, reasons[code] ?? `${join} refused the connection (${code}).`);
}

function readCa(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new ConfigError('TLS_FILE', `--tls-ca ${path} cannot be read: ${(cause as Error).message}`, { cause });
  }
}
