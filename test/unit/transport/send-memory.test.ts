// What was queued has left, or has not: memory is written again only when it has.
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { copyBytes } from '../../../src/backend/bytes.js';
import { webSocketPath } from '../../../src/transport/address.js';
import type { Connection } from '../../../src/transport/connection.js';
import { SendMemory } from '../../../src/transport/send-memory.js';
import { listen } from '../../../src/transport/server.js';

/** A connection whose peer reads nothing until it is told to. */
async function connectToSilent(): Promise<{ connection: Connection; peer: WebSocket; close: () => Promise<void> }> {
  let accept: (connection: Connection) => void;
  const accepted = new Promise<Connection>((resolve) => (accept = resolve));
  const listener = await listen({
    address: { kind: 'tcp', host: '127.0.0.1', port: 0 },
    token: undefined,
    insecure: false,
    onRefused: () => undefined,
    onConnection: (connection) => {
      connection.handle({ onMessage: () => undefined, onClose: () => undefined });
      accept(connection);
    },
  });
  const peer = new WebSocket(`${listener.url}${webSocketPath}`, { perMessageDeflate: false });
  await once(peer, 'open');
  peer.pause();
  const close = (): Promise<void> => {
    peer.terminate();
    return listener.close();
  };
  return { connection: await accepted, peer, close };
}

const large = new Uint8Array(32 * 1024 * 1024);

it('what is queued has left when the peer has taken it, and not before', async () => {
  const { connection, peer, close } = await connectToSilent();
  const events: string[] = [];
  connection.whenSent(() => events.push('nothing waited'));
  connection.send(large);
  connection.whenSent(() => events.push('the large one has left'));
  connection.send(Uint8Array.of(1), Uint8Array.of(2));
  const both = new Promise<void>((resolve) => {
    connection.whenSent(() => resolve(void events.push('both have left')));
  });
  expect(events).toEqual(['nothing waited']);
  expect(connection.queuedBytes).toBeGreaterThan(0);
  peer.resume();
  await both;
  expect(events).toEqual(['nothing waited', 'the large one has left', 'both have left']);
  await close();
});

it('what is queued will not leave any more when the connection ends', async () => {
  const { connection, close } = await connectToSilent();
  connection.send(large);
  const left = new Promise<void>((resolve) => connection.whenSent(resolve));
  connection.terminate();
  await left;
  await close();
});

it('memory that has come back is used for the next message of its length, and no other', () => {
  const memory = new SendMemory(copyBytes);
  const first = memory.copy([Uint8Array.of(1, 2), Uint8Array.of(3)]);
  const second = memory.copy([Uint8Array.of(4, 5, 6)]);
  expect([...first, ...second]).toEqual([1, 2, 3, 4, 5, 6]);
  memory.giveBack(first);
  expect(memory.copy([Uint8Array.of(7, 8)])).not.toBe(first);
  const third = memory.copy([Uint8Array.of(7, 8, 9)]);
  expect(third).toBe(first);
  expect([...second, ...third]).toEqual([4, 5, 6, 7, 8, 9]);
});
