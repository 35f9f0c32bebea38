// A TCP proxy that is a slow line: each direction has a rate and a delay of its own.
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface Line {
  /** Bytes a second. */
  readonly up: number;
  readonly down: number;
  /** One way. */
  readonly delayMs: number;
}

export interface SlowProxy {
  readonly port: number;
  close(): Promise<void>;
}

/** Passes bytes on to `targetPort` as `line` would: one chunk after the other, each after its time on the line and the delay. */
export async function startSlowProxy(targetPort: number, line: Line): Promise<SlowProxy> {
  const sockets = new Set<Socket>();
  const timers = new Set<NodeJS.Timeout>();
  const pass = (from: Socket, to: Socket, rate: number): void => {
    let freeAt = 0;
    from.on('data', (chunk: Buffer) => {
      freeAt = Math.max(freeAt, performance.now()) + (1000 * chunk.length) / rate;
      const timer = setTimeout(
        () => {
          timers.delete(timer);
          to.write(chunk);
        },
        freeAt + line.delayMs - performance.now(),
      );
      timers.add(timer);
    });
  };
  const server = createServer((client) => {
    const upstream = connect(targetPort, '127.0.0.1');
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => (socket === client ? upstream : client).destroy());
    }
    pass(client, upstream, line.up);
    pass(upstream, client, line.down);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      for (const timer of timers) clearTimeout(timer);
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
