// Raw TCP in the star of a step: a hub sends the same bytes to every leaf, and waits until every leaf has answered.
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { monotonicMs } from './swarm-messages.js';

/** The role and its sizes, in BRIDLE_RAW_TCP as JSON; bytes are those of one leaf and one round. */
export interface RawTcpRole {
  /** Leaves in this process, or in all of them for the hub. */
  readonly leaves: number;
  readonly bytesDown: number;
  readonly bytesUp: number;
  /** The hub's port; undefined: this is the hub. */
  readonly port?: number;
  readonly rounds: number;
}

export type FromRawTcp =
  { readonly type: 'listening'; readonly port: number } | { readonly type: 'rounds'; readonly ms: readonly number[] };

function tell(message: FromRawTcp): void {
  if (process.connected) process.send?.(message);
}

function runHub({ leaves, bytesDown, bytesUp, rounds }: RawTcpRole): void {
  const down = Buffer.alloc(bytesDown, 1);
  const sockets: Socket[] = [];
  const times: number[] = [];
  let missing = 0;
  let startedAt = 0;
  const begin = (): void => {
    missing = bytesUp * leaves;
    startedAt = monotonicMs();
    for (const socket of sockets) socket.write(down);
  };
  const onData = (chunk: Buffer): void => {
    missing -= chunk.length;
    if (missing > 0) return;
    times.push(monotonicMs() - startedAt);
    if (times.length < rounds) begin();
    else tell({ type: 'rounds', ms: times });
  };
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.push(socket);
    socket.on('data', onData);
    socket.on('error', () => socket.destroy());
    if (sockets.length === leaves) begin();
  });
  server.listen(0, '127.0.0.1', () => tell({ type: 'listening', port: (server.address() as AddressInfo).port }));
}

function runLeaves({ leaves, bytesDown, bytesUp, port = 0 }: RawTcpRole): void {
  const up = Buffer.alloc(bytesUp, 1);
  for (let i = 0; i < leaves; i += 1) {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    let received = 0;
    socket.on('data', (chunk: Buffer) => {
      received += chunk.length;
      if (received < bytesDown) return;
      received -= bytesDown;
      socket.write(up);
    });
    socket.on('error', () => socket.destroy());
  }
}

const role = JSON.parse(process.env['BRIDLE_RAW_TCP'] ?? '{}') as RawTcpRole;
process.on('SIGINT', () => undefined);
process.once('disconnect', () => process.exit(0));
if (role.port === undefined) runHub(role);
else runLeaves(role);
