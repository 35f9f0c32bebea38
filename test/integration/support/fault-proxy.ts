// A TCP proxy that breaks connections at a chosen byte, as toxiproxy's limit_data does.
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface FaultProxy {
  readonly port: number;
  /** Connections that were cut so far. */
  readonly cuts: number;
  /** Bytes that went from clients and to them. */
  readonly passed: { up: number; down: number };
  close(): Promise<void>;
}

/** Passes bytes on to `targetPort`; `cutAfter(n)` says after how many bytes from the client connection n is reset (Infinity: never). */
export async function startFaultProxy(
  targetPort: number,
  cutAfter: (connection: number) => number,
): Promise<FaultProxy> {
  const sockets = new Set<Socket>();
  let connections = 0;
  let cuts = 0;
  const total = { up: 0, down: 0 };
  const server = createServer((client) => {
    const limit = cutAfter(connections);
    connections += 1;
    const upstream = connect(targetPort, '127.0.0.1');
    let passed = 0;
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        (socket === client ? upstream : client).destroy();
      });
    }
    upstream.pipe(client);
    upstream.on('data', (chunk: Buffer) => (total.down += chunk.length));
    client.on('data', (chunk: Buffer) => {
      const room = limit - passed;
      passed += chunk.length;
      total.up += chunk.length;
      if (chunk.length <= room) {
        upstream.write(chunk);
        return;
      }
      cuts += 1;
      upstream.write(chunk.subarray(0, Math.max(0, room)), () => {
        client.resetAndDestroy();
        upstream.destroy();
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    passed: total,
    get cuts() {
      return cuts;
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
