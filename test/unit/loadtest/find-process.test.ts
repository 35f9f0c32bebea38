// The process behind a port, by /proc.
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { processListeningOn } from '../../../src/loadtest/find-process.js';

it.runIf(process.platform === 'linux').each(['127.0.0.1', '::1'])('is found while it listens on %s', async (host) => {
  const server = createServer();
  server.listen(0, host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  expect(processListeningOn(port)).toBe(process.pid);
  server.close();
  await once(server, 'close');
  expect(processListeningOn(port)).toBeUndefined();
});
