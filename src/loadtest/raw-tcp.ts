// Raw TCP moving the bytes of the measured steps, on the same machine in the same run: what a step is held against.
import { fork, type ChildProcess } from 'node:child_process';
import { BridleError, exitCodes } from '../errors.js';
import type { FromRawTcp, RawTcpRole } from './raw-tcp-main.js';

export interface RawTcpOptions {
  readonly leaves: number;
  readonly processes: number;
  /** Of one leaf in one round. */
  readonly bytesDown: number;
  readonly bytesUp: number;
  readonly rounds: number;
}

/** Times `rounds` rounds of a star: the hub sends to all leaves, each answers when it has it all. Milliseconds, the first round left out. */
export async function timeRawTcp(options: RawTcpOptions): Promise<readonly number[]> {
  const { leaves, processes } = options;
  const role = { bytesDown: options.bytesDown, bytesUp: options.bytesUp, rounds: options.rounds + 1 };
  const children: ChildProcess[] = [];
  try {
    const hub = start({ ...role, leaves });
    children.push(hub);
    const listening = await messageOf(hub, 'listening');
    for (let i = 0; i < processes; i += 1) {
      const share = Math.floor(((i + 1) * leaves) / processes) - Math.floor((i * leaves) / processes);
      children.push(start({ ...role, leaves: share, port: listening.port }));
    }
    return (await messageOf(hub, 'rounds')).ms.slice(1);
  } finally {
    for (const child of children) child.disconnect();
  }
}

function start(role: RawTcpRole): ChildProcess {
  return fork(new URL('./raw-tcp-main.js', import.meta.url), [], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    execArgv: [],
    env: { ...process.env, BRIDLE_RAW_TCP: JSON.stringify(role) },
  });
}

function messageOf<Type extends FromRawTcp['type']>(
  child: ChildProcess,
  type: Type,
): Promise<Extract<FromRawTcp, { type: Type }>> {
  return new Promise((resolve, reject) => {
    child.on('message', (message: FromRawTcp) => {
      if (message.type === type) resolve(message as Extract<FromRawTcp, { type: Type }>);
    });
    child.once('exit', (code) => {
      const message = `The raw TCP process (pid ${child.pid}) ended with code ${code}. What it printed stands above.`;
      reject(new BridleError('LOADTEST_PROCESS', message, exitCodes.unexpected));
    });
  });
}
