// How much a test draws: a slice in the project `unit`, all of it in `sweep` (vitest.config.ts), and more with BRIDLE_FULL=1.

/** Takes the value for the project that runs. */
export function breadth({ unit, sweep, full = sweep }: { unit: number; sweep: number; full?: number }): number {
  if (process.env['BRIDLE_SWEEP'] !== '1') return unit;
  return process.env['BRIDLE_FULL'] === '1' ? full : sweep;
}
