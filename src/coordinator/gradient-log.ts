// The norms of a run's gradients, by step, shard and worker, one JSON object a line: what `bridle bench clipping` can play again.
import { appendFileSync, closeSync, openSync } from 'node:fs';
import { diskError } from '../checkpoint/disk-error.js';
import type { ShardHealth } from './core/state.js';

/** One line: `norm` is the L2 norm of the gradient of the shard's summed loss over `count` targets; steps count from 1. */
export interface GradientRecord {
  readonly step: number;
  readonly shard: number;
  readonly rank: number;
  readonly count: number;
  readonly norm: number;
}

export interface GradientLog {
  /** Appends the shards of one step; `ranks[i]` computed `reports[i]`. Throws CheckpointError DISK_FULL or DISK_WRITE. */
  append(step: number, reports: readonly ShardHealth[], ranks: readonly number[]): void;
  close(): void;
}

/** Opens a file of norms to append to. Throws CheckpointError DISK_FULL or DISK_WRITE. */
export function openGradientLog(path: string): GradientLog {
  const guarded = <T>(action: () => T): T => {
    try {
      return action();
    } catch (error) {
      throw diskError(error, path, 'Leave --record-gradients out, or give a file that can be written.');
    }
  };
  let fd: number | undefined = guarded(() => openSync(path, 'a'));
  const lineOf = ({ shard, count, squaredNorm }: ShardHealth, step: number, rank: number): string => {
    const record: GradientRecord = { step, shard, rank, count, norm: Math.sqrt(squaredNorm) };
    return `${JSON.stringify(record)}\n`;
  };
  return {
    append: (step, reports, ranks) => {
      const open = fd;
      if (open === undefined) return;
      const text = reports.map((report, i) => lineOf(report, step, ranks[i] ?? 0)).join('');
      guarded(() => appendFileSync(open, text));
    },
    close: () => {
      if (fd !== undefined) closeSync(fd);
      fd = undefined;
    },
  };
}
