// An idle process beside the coordinator: it answers the same question and does nothing else. What the machine itself costs.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onLauncherGone } from '../worker/launcher-gone.js';

const server = createServer((_request, response) => {
  response.writeHead(426, { connection: 'close' }).end('idle\n');
});
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
process.on('SIGINT', () => undefined);
onLauncherGone(() => process.exit(0));
