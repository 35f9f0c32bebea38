// What a forked process does when whoever started it is gone: without its launcher it has nobody who would end it.

/** Calls `end` when the IPC channel closes, also if it has closed already: modules load slower than a launcher may die. */
export function onLauncherGone(end: () => void): void {
  process.once('disconnect', end);
  if (!process.connected) end();
}
