// The worker's core: `step(state, event, now)` changes the state and returns what the shell must do. No I/O, no clock.
import type { WorkerCoreState, WorkerEffect, WorkerEvent } from './state.js';

/** Refusals that another connection would meet again. */
const finalRejections = new Set([
  'VERSION_MISMATCH',
  'KERNEL_MISMATCH',
  'BACKEND_MISMATCH',
  'HELLO_INVALID',
  'QUARANTINED',
  'SHM_UNAVAILABLE',
]);

/** Takes one event in; returns the effects in the order in which they must be performed. */
export function step(state: WorkerCoreState, event: WorkerEvent, now: number): WorkerEffect[] {
  if (state.phase === 'ended') return [];
  const effects: WorkerEffect[] = [];
  onEvent(state, event, now, effects);
  computeNext(state, effects);
  return effects;
}

function onEvent(state: WorkerCoreState, event: WorkerEvent, now: number, effects: WorkerEffect[]): void {
  switch (event.type) {
    case 'start':
      beginConnecting(state, effects);
      return;
    case 'connected':
      state.phase = 'greeting';
      state.lastHeard = now;
      effects.push({ type: 'hello' });
      return;
    case 'welcomed':
      state.phase = 'joined';
      state.lastHeartbeat = now;
      return;
    case 'connectFailed':
      if (event.isFinal) exit(state, effects, event.code, event.message, true);
      else retry(state, event.message, now, effects);
      return;
    case 'closed':
      if (state.phase === 'joined') state.tryingSince = now;
      retry(state, `The connection to the coordinator was lost: ${event.reason}.`, now, effects);
      return;
    case 'rejected':
      // Anything else may have been damaged on the way: the connection is closed, and made anew.
      if (finalRejections.has(event.code)) exit(state, effects, event.code, event.message, true);
      else effects.push({ type: 'note', code: event.code, message: event.message });
      return;
    case 'stopped':
      exit(state, effects, event.code, event.message, event.code !== 'DONE' && event.code !== 'STOPPED');
      return;
    case 'stop':
      if (state.phase === 'joined')
        effects.push({ type: 'send', draft: { goodbye: { reason: 'stopped by its user' } } });
      exit(state, effects, 'STOPPED', 'Stopped.', false);
      return;
    case 'heard':
      state.lastHeard = now;
      return;
    case 'tick':
      onTick(state, event.jitter, now, effects);
      return;
    default:
      onWork(state, event, effects);
  }
}

type WorkEvent = Extract<WorkerEvent, { type: 'leased' | 'revoked' | 'cleared' | 'weights' | 'block' | 'computed' }>;

function onWork(state: WorkerCoreState, event: WorkEvent, effects: WorkerEffect[]): void {
  switch (event.type) {
    case 'leased':
      state.leases.set(event.lease.leaseId, {
        id: event.lease.leaseId,
        body: event.lease,
        missing: new Set(event.missing),
      });
      if (event.missing.length > 0) {
        const names = event.missing.map((name) =>
          Uint8Array.from(name.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16)),
        );
        effects.push({ type: 'send', draft: { needBlocks: { names } } });
      }
      return;
    case 'revoked':
      state.leases.delete(event.leaseId);
      if (state.withheld === event.leaseId) state.withheld = undefined;
      effects.push({ type: 'abandon', leaseId: event.leaseId });
      return;
    case 'cleared':
      // Of a lease that was revoked, or that was not to wait: what is asked for is not wanted any more, or on its way.
      if (state.withheld !== event.leaseId) return;
      state.withheld = undefined;
      effects.push({ type: 'sendGradients', leaseId: event.leaseId });
      return;
    case 'weights':
      state.weightsStep = event.step;
      return;
    case 'block':
      for (const lease of state.leases.values()) lease.missing.delete(event.name);
      return;
    case 'computed': {
      const computed = state.computing;
      state.computing = undefined;
      // A lease that was revoked, or that came over a connection that is gone, is not answered; another may bear its number.
      if (!computed || state.leases.get(event.leaseId) !== computed) return;
      state.leases.delete(event.leaseId);
      // Only work done ends the backoff: a worker that is let in and thrown out again must not hammer at the door.
      state.attempts = 0;
      effects.push({ type: 'answer', leaseId: computed.id, step: computed.body.step });
      if (computed.body.waits) state.withheld = computed.id;
    }
  }
}

/** Starts the oldest lease whose weights and data are here. */
function computeNext(state: WorkerCoreState, effects: WorkerEffect[]): void {
  if (state.computing !== undefined || state.phase !== 'joined') return;
  for (const lease of state.leases.values()) {
    if (lease.missing.size > 0 || lease.body.step !== state.weightsStep) continue;
    state.computing = lease;
    effects.push({ type: 'compute', lease: lease.body });
    return;
  }
}

/** What is longer between two ticks was this process's own time: what has come meanwhile lies in its socket. */
const longestTickMs = 1000;

function onTick(state: WorkerCoreState, jitter: number, now: number, effects: WorkerEffect[]): void {
  const { times } = state;
  const stalledMs = Math.max(0, now - state.lastTick - longestTickMs);
  state.lastHeard = Math.min(now, state.lastHeard + stalledMs);
  state.lastTick = now;
  if (state.phase === 'backoff') {
    state.retryAt ??= now + drawBackoff(state, jitter);
    if (now >= state.retryAt) beginConnecting(state, effects);
    return;
  }
  if (state.phase !== 'joined' && state.phase !== 'greeting') return;
  if (now - state.lastHeard > times.silenceMs) {
    effects.push({
      type: 'disconnect',
      reason: `nothing heard from the coordinator for ${Math.round((now - state.lastHeard) / 1000)} s`,
    });
    return;
  }
  if (state.phase === 'joined' && now - state.lastHeartbeat >= times.heartbeatMs) {
    state.lastHeartbeat = now;
    effects.push({ type: 'send', draft: { heartbeat: {} } });
  }
}

/** Full jitter: a thousand workers must not come back in step (Brooker 2015, "Exponential backoff and jitter"). */
function drawBackoff(state: WorkerCoreState, jitter: number): number {
  const { backoffCapMs, backoffBaseMs } = state.times;
  const most = Math.min(backoffCapMs, backoffBaseMs * 2 ** Math.min(state.attempts, 16));
  state.attempts += 1;
  return jitter * most;
}

function beginConnecting(state: WorkerCoreState, effects: WorkerEffect[]): void {
  state.phase = 'connecting';
  effects.push({ type: 'connect' });
}

/** Leases end with their connection: the coordinator gives them to others. */
function retry(state: WorkerCoreState, message: string, now: number, effects: WorkerEffect[]): void {
  for (const id of state.leases.keys()) effects.push({ type: 'abandon', leaseId: id });
  if (state.withheld !== undefined) effects.push({ type: 'abandon', leaseId: state.withheld });
  state.leases.clear();
  state.withheld = undefined;
  state.weightsStep = -1;
  const waitedMs = now - state.tryingSince;
  if (waitedMs > state.times.joinTimeoutMs) {
    exit(state, effects, 'JOIN_TIMEOUT', `${message} Gave up after ${Math.round(waitedMs / 1000)} s.`, true);
    return;
  }
  if (state.attempts === 0) effects.push({ type: 'note', code: 'RECONNECTING', message: `${message} Trying again.` });
  state.phase = 'backoff';
  state.retryAt = undefined;
}

function exit(state: WorkerCoreState, effects: WorkerEffect[], code: string, message: string, isError: boolean): void {
  state.phase = 'ended';
  effects.push({ type: 'exit', code, message, isError });
}
