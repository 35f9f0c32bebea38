// A relay between a worker and its coordinator that sends every gradient frame twice, and old ones again: what a broken network layer could do at worst.
import type { AddressInfo } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import { isFrame } from '../../../src/protocol/frame.js';

export interface RepeatingRelay {
  readonly url: string;
  /** Frames that were sent once more than they should have been. */
  readonly repeated: number;
  close(): void;
}

/** How many old frames are sent again after each new one. */
const remembered = 4;

export async function startRepeatingRelay(target: string): Promise<RepeatingRelay> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
  let repeated = 0;
  server.on('connection', (worker, request) => {
    const { authorization } = request.headers;
    const coordinator = new WebSocket(`${target}/bridle/v1`, {
      perMessageDeflate: false,
      headers: authorization === undefined ? {} : { authorization },
    });
    const early: Buffer[] = [];
    const old: Buffer[] = [];
    const pass = (message: Buffer): void => {
      coordinator.send(message);
      if (!isFrame([message])) return;
      for (const again of [message, ...old]) coordinator.send(again);
      repeated += 1 + old.length;
      old.unshift(message);
      old.length = Math.min(old.length, remembered);
    };
    coordinator.on('open', () => early.splice(0).forEach(pass));
    worker.on('message', (data: Buffer) => {
      if (coordinator.readyState === WebSocket.OPEN) pass(data);
      else early.push(data);
    });
    coordinator.on('message', (data) => worker.send(data));
    for (const [one, other] of [
      [worker, coordinator],
      [coordinator, worker],
    ] as const) {
      one.on('error', () => other.terminate());
      one.on('close', () => other.close());
    }
  });
  await new Promise<void>((resolve) => server.once('listening', resolve));
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get repeated() {
      return repeated;
    },
    close: () => {
      for (const client of server.clients) client.terminate();
      server.close();
    },
  };
}
