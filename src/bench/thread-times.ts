// Processor time of threads, as Linux counts it: what a busy machine's neighbours cannot falsify.
import { readdirSync, readFileSync } from 'node:fs';

/** Milliseconds on a processor since the process began. */
export interface ThreadTimes {
  readonly main: number;
  readonly others: number;
}

/** Reads the times of a process; undefined where the system has no /proc, or when the process has ended. */
export function readThreadTimes(processId: number): ThreadTimes | undefined {
  const folder = `/proc/${processId}/task`;
  try {
    let [main, others] = [0, 0];
    for (const thread of readdirSync(folder)) {
      const [nanoseconds] = readFileSync(`${folder}/${thread}/schedstat`, 'utf8').split(' ');
      const ms = Number(nanoseconds) / 1e6;
      if (thread === String(processId)) main = ms;
      else others += ms;
    }
    return { main, others };
  } catch {
    return undefined; // /proc is Linux's; a thread or process may end while it is read
  }
}

/** Process ids that this process's main thread has started and that are alive. */
export function childProcesses(processId: number): number[] {
  try {
    const text = readFileSync(`/proc/${processId}/task/${processId}/children`, 'utf8');
    return text.trim().split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}
