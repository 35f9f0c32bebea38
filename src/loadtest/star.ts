// The bytes of the measured steps moved by something plainer, in the same star on the same machine in the same run: what a step is held against.
import { fork, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BridleError, exitCodes } from '../errors.js';
import type { FromStar, StarRole } from './star-main.js';
import type { StarRoad } from './star-ends.js';

export interface StarOptions {
  readonly road: StarRoad;
  readonly leaves: number;
  readonly processes: number;
  /** Of one leaf in one round. */
  readonly bytesDown: number;
  readonly bytesUp: number;
  readonly rounds: number;
}

/** Times `rounds` rounds of a star: the hub sends to all leaves, each answers when it has it all. Milliseconds, the first round left out. */
export async function timeStar(options: StarOptions): Promise<readonly number[]> {
  const { road, leaves, processes, bytesDown, bytesUp } = options;
  const folder = await mkdtemp(join(tmpdir(), 'bridle-star-'));
  const role = { road, bytesDown, bytesUp, rounds: options.rounds + 1 };
  const children: ChildProcess[] = [];
  try {
    const hub = start({ ...role, leaves, folder });
    children.push(hub);
    const { address } = await messageOf(hub, 'listening');
    for (let i = 0; i < processes; i += 1) {
      const share = Math.floor(((i + 1) * leaves) / processes) - Math.floor((i * leaves) / processes);
      children.push(start({ ...role, leaves: share, address }));
    }
    return (await messageOf(hub, 'rounds')).ms.slice(1);
  } finally {
    for (const child of children) child.disconnect();
    await rm(folder, { recursive: true, force: true });
  }
}

function start(role: StarRole): ChildProcess {
  return fork(new URL('./star-main.js', import.meta.url), [], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    execArgv: [],
    env: { ...process.env, BRIDLE_STAR: JSON.stringify(role) },
  });
}

function messageOf<Type extends FromStar['type']>(
  child: ChildProcess,
  type: Type,
): Promise<Extract<FromStar, { type: Type }>> {
  return new Promise((resolve, reject) => {
    child.on('message', (message: FromStar) => {
      if (message.type === type) resolve(message as Extract<FromStar, { type: Type }>);
    });
    child.once('exit', (code) => {
      const message = `A process of the star of raw sockets (pid ${child.pid}) ended with code ${code}. What it printed stands above.`;
      reject(new BridleError('LOADTEST_PROCESS', message, exitCodes.unexpected));
    });
  });
}
