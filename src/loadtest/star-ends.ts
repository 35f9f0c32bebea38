// The ends of a star's connections: a bare TCP or Unix socket, or the WebSockets of a run without anything that is said over them.
import { connect as connectSocket, createServer, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import { defaultLimits } from '../protocol/limits.js';
import { messageBytes } from '../protocol/message.js';
import { connect as connectWebSocket } from '../transport/client.js';
import type { Connection } from '../transport/connection.js';
import { listen } from '../transport/server.js';

export type StarRoad = 'tcp' | 'unix' | 'ws';

export interface StarEnd {
  send(bytes: Buffer): void;
  /** Is told how many bytes have come, each time; to be called before any can. */
  onBytes(take: (count: number) => void): void;
}

/** Listens on loopback, or on a socket in `folder`; returns what leaves connect to. */
export async function listenStar(road: StarRoad, folder: string, onEnd: (end: StarEnd) => void): Promise<string> {
  if (road === 'ws') {
    const { url } = await listen({
      address: { kind: 'tcp', host: '127.0.0.1', port: 0 },
      token: undefined,
      insecure: false,
      onRefused: () => undefined,
      onConnection: (connection) => onEnd(endOfConnection(connection)),
    });
    return url;
  }
  const server = createServer({ noDelay: true }, (socket) => onEnd(endOfSocket(socket)));
  const path = join(folder, 'hub.sock');
  await new Promise<void>((resolve) => {
    if (road === 'unix') server.listen(path, resolve);
    else server.listen(0, '127.0.0.1', resolve);
  });
  return road === 'unix' ? path : String((server.address() as AddressInfo).port);
}

export async function connectStar(road: StarRoad, address: string): Promise<StarEnd> {
  if (road === 'ws')
    return endOfConnection(await connectWebSocket({ join: address, token: undefined, insecure: false }));
  const target = road === 'unix' ? { path: address } : { port: Number(address), host: '127.0.0.1', noDelay: true };
  return endOfSocket(connectSocket(target));
}

function endOfSocket(socket: Socket): StarEnd {
  socket.on('error', () => socket.destroy());
  return {
    send: (bytes) => void socket.write(bytes),
    onBytes: (take) => void socket.on('data', (chunk: Buffer) => take(chunk.length)),
  };
}

/** In messages as long as the chunks of a run. */
function endOfConnection(connection: Connection): StarEnd {
  const { maxChunkBytes } = defaultLimits;
  return {
    send: (bytes) => {
      for (let at = 0; at < bytes.length; at += maxChunkBytes) connection.send(bytes.subarray(at, at + maxChunkBytes));
    },
    onBytes: (take) =>
      connection.handle({ onMessage: (message) => take(messageBytes(message)), onClose: () => undefined }),
  };
}
