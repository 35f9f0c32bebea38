// One process of the star of a step: a hub sends the same bytes to every leaf, and waits until every leaf has answered.
import { onLauncherGone } from '../worker/launcher-gone.js';
import { connectStar, listenStar, type StarEnd, type StarRoad } from './star-ends.js';
import { monotonicMs } from './swarm-messages.js';

/** The role and its sizes, in BRIDLE_STAR as JSON; bytes are those of one leaf and one round. */
export interface StarRole {
  readonly road: StarRoad;
  /** Leaves in this process, or in all of them for the hub. */
  readonly leaves: number;
  readonly bytesDown: number;
  readonly bytesUp: number;
  readonly rounds: number;
  /** Of the hub; undefined: this is the hub. */
  readonly address?: string;
  /** Where the hub may make a socket. */
  readonly folder?: string;
}

export type FromStar =
  | { readonly type: 'listening'; readonly address: string }
  | { readonly type: 'rounds'; readonly ms: readonly number[] };

function tell(message: FromStar): void {
  if (process.connected) process.send?.(message);
}

async function runHub({ road, leaves, bytesDown, bytesUp, rounds, folder = '' }: StarRole): Promise<void> {
  const down = Buffer.alloc(bytesDown, 1);
  const ends: StarEnd[] = [];
  const times: number[] = [];
  let missing = 0;
  let startedAt = 0;
  const begin = (): void => {
    missing = bytesUp * leaves;
    startedAt = monotonicMs();
    for (const end of ends) end.send(down);
  };
  const onBytes = (count: number): void => {
    missing -= count;
    if (missing > 0) return;
    times.push(monotonicMs() - startedAt);
    if (times.length < rounds) begin();
    else tell({ type: 'rounds', ms: times });
  };
  const address = await listenStar(road, folder, (end) => {
    end.onBytes(onBytes);
    ends.push(end);
    if (ends.length === leaves) begin();
  });
  tell({ type: 'listening', address });
}

async function runLeaf({ road, bytesDown, bytesUp }: StarRole, address: string): Promise<void> {
  const up = Buffer.alloc(bytesUp, 1);
  const end = await connectStar(road, address);
  let received = 0;
  end.onBytes((count) => {
    received += count;
    if (received < bytesDown) return;
    received -= bytesDown;
    end.send(up);
  });
}

const role = JSON.parse(process.env['BRIDLE_STAR'] ?? '{}') as StarRole;
process.on('SIGINT', () => undefined);
onLauncherGone(() => process.exit(0));
const { address } = role;
if (address === undefined) await runHub(role);
else for (let i = 0; i < role.leaves; i += 1) void runLeaf(role, address);
