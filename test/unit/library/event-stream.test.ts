import { expect, it } from 'vitest';
import { EventStream } from '../../../src/library/event-stream.js';
import type { RunEvent } from '../../../src/metrics/events.js';

const waiting = (seconds: number): RunEvent => ({ event: 'waiting', reason: 'test', seconds });

async function read(stream: EventStream, most = Infinity): Promise<RunEvent[]> {
  const events: RunEvent[] = [];
  for await (const event of stream) if (events.push(event) >= most) break;
  return events;
}

it('holds events until they are read, across loops', async () => {
  const stream = new EventStream();
  for (const seconds of [1, 2, 3]) stream.push(waiting(seconds));
  stream.end();
  expect(await read(stream, 2)).toEqual([waiting(1), waiting(2)]);
  expect(await read(stream)).toEqual([waiting(3)]);
});

it('wakes every reader that waits, and gives each event to one', async () => {
  const stream = new EventStream();
  const readers = [read(stream), read(stream)];
  await Promise.resolve();
  for (const seconds of [1, 2]) stream.push(waiting(seconds));
  stream.end();
  expect((await Promise.all(readers)).flat()).toHaveLength(2);
});

it('throws its error after what came before', async () => {
  const stream = new EventStream();
  stream.push(waiting(1));
  stream.end(new Error('over'));
  expect(await read(stream, 1)).toHaveLength(1);
  await expect(read(stream)).rejects.toThrow('over');
});

it('drops the oldest when nobody reads, and says how many', async () => {
  const stream = new EventStream(4);
  for (let seconds = 0; seconds < 9; seconds += 1) stream.push(waiting(seconds));
  stream.end();
  const [first, ...rest] = await read(stream);
  expect(first).toMatchObject({
    event: 'warning',
    code: 'EVENTS_DROPPED',
    message: expect.stringMatching(/^6 events/),
  });
  expect(rest).toEqual([6, 7, 8].map(waiting));
});
