// Which process listens on a port of this machine, by /proc (proc_net(5), proc_pid_fd(5)).
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

const listening = '0A';

/** Finds the process; undefined: it is another user's, or on another machine, or there is no /proc. */
export function processListeningOn(port: number): number | undefined {
  const inodes = new Set(['tcp', 'tcp6'].flatMap((table) => inodesIn(table, port)));
  if (inodes.size === 0) return undefined;
  return entries('/proc')
    .map(Number)
    .find((processId) => Number.isInteger(processId) && holdsSocket(processId, inodes));
}

/** Inodes of the sockets that listen on `port`; a line is `0: 0100007F:73A0 00000000:0000 0A ... inode ...`. */
function inodesIn(table: string, port: number): string[] {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return read(`/proc/net/${table}`)
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local = '', , state]) => local.endsWith(wanted) && state === listening)
    .flatMap((fields) => fields[9] ?? []);
}

function holdsSocket(processId: number, inodes: ReadonlySet<string>): boolean {
  return entries(`/proc/${processId}/fd`).some((fd) => {
    try {
      const [, inode = ''] = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${processId}/fd/${fd}`)) ?? [];
      return inodes.has(inode);
    } catch {
      return false; // it has been closed meanwhile
    }
  });
}

function entries(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // another user's, or gone
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // no Linux
  }
}
