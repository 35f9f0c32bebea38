// Messages as ws hands them on: long ones in the slabs that the socket was read into, which are gone when the message is handled.
import { once } from 'node:events';
import { afterEach, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { joinMessage, type Message } from '../../../src/protocol/message.js';
import { webSocketPath } from '../../../src/transport/address.js';
import { listen, type Listener } from '../../../src/transport/server.js';

interface Served {
  readonly listener: Listener;
  /** Resolves when so many messages are here: copies, and how the pieces of each lay. */
  came(count: number): Promise<readonly { bytes: Uint8Array; pieces: number; kept: Message }[]>;
}

const open: (() => unknown)[] = [];
afterEach(() => Promise.all(open.splice(0).map((close) => close())));

async function serve(): Promise<Served> {
  const received: { bytes: Uint8Array; pieces: number; kept: Message }[] = [];
  let notify = (): void => undefined;
  const listener = await listen({
    address: { kind: 'tcp', host: '127.0.0.1', port: 0 },
    token: undefined,
    insecure: false,
    onRefused: () => undefined,
    onConnection: (connection) => {
      connection.handle({
        onMessage: (message) => {
          received.push({ bytes: joinMessage(message), pieces: message.length, kept: message });
          notify();
        },
        onClose: () => undefined,
      });
    },
  });
  open.push(() => listener.close());
  const came = (count: number): Promise<typeof received> =>
    new Promise((resolve) => {
      notify = () => {
        if (received.length >= count) resolve(received);
      };
      notify();
    });
  return { listener, came };
}

async function join({ url }: Listener, generateMask: (mask: Buffer) => void): Promise<WebSocket> {
  const socket = new WebSocket(`${url}${webSocketPath}`, { perMessageDeflate: false, generateMask });
  open.push(() => socket.terminate());
  await once(socket, 'open');
  return socket;
}

const zeros = (mask: Buffer): void => void mask.fill(0);
const long = (seed: number): Uint8Array => Uint8Array.from({ length: 1024 * 1024 }, (_, i) => (i * seed) >> 3);

const areSame = (one: Uint8Array, other: Uint8Array): boolean => Buffer.compare(one, other) === 0;

it('a long message comes in pieces that are gone afterwards: no copy was made, and no slab waits for the collector', async () => {
  const { listener, came } = await serve();
  const socket = await join(listener, zeros);
  socket.send(long(3));
  socket.send(long(5));
  const [first, second] = await came(2);
  expect([areSame(first!.bytes, long(3)), areSame(second!.bytes, long(5))]).toEqual([true, true]);
  expect(first?.pieces).toBeGreaterThan(8);
  // The last slab of the first message holds the beginning of the second.
  const gone = first!.kept.filter(({ length }) => length === 0);
  expect(gone.length).toBeGreaterThanOrEqual(first!.pieces - 1);
});

it('a mask that changes bytes is taken off, whatever the length', async () => {
  const { listener, came } = await serve();
  const socket = await join(listener, (mask) => mask.set([1, 2, 3, 4]));
  const sent = [long(3), long(7).subarray(0, 20_001), Uint8Array.of(9, 8)];
  for (const bytes of sent) socket.send(bytes);
  const messages = await came(3);
  expect(messages.map(({ bytes }, i) => areSame(bytes, sent[i]!))).toEqual([true, true, true]);
});

it('fragments, text, empty messages and those of every length near a slab come as they were sent', async () => {
  const { listener, came } = await serve();
  const socket = await join(listener, zeros);
  const lengths = [0, 1, 125, 126, 16_383, 16_384, 65_521, 65_522, 65_523, 65_535, 65_536, 65_537, 200_000];
  for (const length of lengths) socket.send(long(11).subarray(0, length));
  socket.send(long(3).subarray(0, 64), { fin: false, binary: true });
  socket.send(long(3).subarray(64), { fin: true, binary: true });
  socket.send('x'.repeat(70_000));
  const messages = await came(lengths.length + 2);
  const different = lengths.filter((length, i) => !areSame(messages[i]!.bytes, long(11).subarray(0, length)));
  expect(different).toEqual([]);
  expect(areSame(messages[lengths.length]!.bytes, long(3))).toBe(true);
  expect(Buffer.from(messages.at(-1)!.bytes).toString()).toBe('x'.repeat(70_000));
});
