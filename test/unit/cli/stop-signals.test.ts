import { EventEmitter } from 'node:events';
import { expect, it } from 'vitest';
import { listenForStop } from '../../../src/cli/stop-signals.js';

it('aborts at the first signal and ends at once at the second', () => {
  const source = new EventEmitter();
  const calls: unknown[] = [];
  const stop = listenForStop(
    source,
    (signal) => calls.push(signal),
    (code) => calls.push(code),
  );
  expect(stop.exitCode()).toBeUndefined();
  source.emit('SIGTERM', 'SIGTERM');
  expect(stop.signal.aborted).toBe(true);
  expect(stop.exitCode()).toBe(143);
  source.emit('SIGINT', 'SIGINT');
  expect(calls).toEqual(['SIGTERM', 130]);
});

it('lets go of the process afterwards', () => {
  const source = new EventEmitter();
  listenForStop(
    source,
    () => {},
    () => {},
  ).release();
  expect(source.eventNames()).toEqual([]);
});
