// Who computes which shards: contiguous runs, as long as the workers are fast, so that few tree nodes travel.

export interface ShareOf {
  readonly rank: number;
  readonly shards: readonly number[];
}

/**
 * Deals `shards` (ascending) to workers in proportion to their speed; `secondsPerShard` undefined: not yet measured, taken as
 * the mean of the others. Every worker gets at least one while there are enough; the result depends on nothing else.
 */
export function dealShares(
  shards: readonly number[],
  workers: readonly { readonly rank: number; readonly secondsPerShard: number | undefined }[],
): ShareOf[] {
  const chosen = workers.slice(0, shards.length);
  const speeds = speedsOf(chosen.map((worker) => worker.secondsPerShard));
  const total = speeds.reduce((sum, speed) => sum + speed, 0);
  const shares: ShareOf[] = [];
  let start = 0;
  let passed = 0;
  chosen.forEach((worker, position) => {
    passed += speeds[position] ?? 0;
    const left = chosen.length - 1 - position;
    const wanted = Math.round((passed / total) * shards.length);
    // One shard at least for this worker and for each one after it.
    const end = left === 0 ? shards.length : Math.min(Math.max(wanted, start + 1), shards.length - left);
    shares.push({ rank: worker.rank, shards: shards.slice(start, end) });
    start = end;
  });
  return shares;
}

function speedsOf(secondsPerShard: readonly (number | undefined)[]): number[] {
  const measured = secondsPerShard.filter((seconds): seconds is number => seconds !== undefined && seconds > 0);
  const mean = measured.length > 0 ? measured.reduce((sum, seconds) => sum + seconds, 0) / measured.length : 1;
  return secondsPerShard.map((seconds) => 1 / (seconds !== undefined && seconds > 0 ? seconds : mean));
}
