// The mask of a worker's frames (RFC 6455, 5.3), as it stands on the wire.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { expect, it } from 'vitest';
import { connect } from '../../../src/transport/client.js';

it('is a key of zeros on this machine, so that no byte is passed over twice', async () => {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const frame = new Promise<Buffer>((resolve) => {
    server.on('upgrade', (request, socket: Socket) => {
      const key = `${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
      const accept = createHash('sha1').update(key).digest('base64');
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
      );
      socket.once('data', (bytes: Buffer) => {
        resolve(bytes);
        socket.destroy();
      });
    });
  });
  const { port } = server.address() as AddressInfo;
  const connection = await connect({ join: `127.0.0.1:${port}`, token: undefined, insecure: false });
  connection.handle({ onMessage: () => undefined, onClose: () => undefined });
  connection.send(Uint8Array.of(1, 2, 3));
  // Final binary frame, masked, three bytes; the key; the bytes as they are.
  expect([...(await frame)]).toEqual([0x82, 0x83, 0, 0, 0, 0, 1, 2, 3]);
  server.close();
});
