// A process of light workers, started by the load test.
import { exitCodes } from '../errors.js';
import { onLauncherGone } from '../worker/launcher-gone.js';
import { LightProcess } from './light-process.js';
import { LightWorker } from './light-worker.js';
import { readRecordedNorms } from './recorded-norms.js';
import { monotonicMs, type FromSwarm, type SwarmProcessOptions, type ToSwarm } from './swarm-messages.js';

const tickMs = 250;
/** How long closing handshakes may take when the process leaves. */
const leaveMs = 1500;

const options = JSON.parse(process.env['BRIDLE_SWARM'] ?? '{}') as SwarmProcessOptions;
const token = process.env['BRIDLE_TOKEN'] || undefined;
delete process.env['BRIDLE_TOKEN'];

const waiting = new Map<number, (isGranted: boolean) => void>();
let newestStep = -1;
let numAsked = 0;
let numJoined = 0;
let numEnded = 0;
let tickedAt = 0;

function tell(message: FromSwarm): void {
  if (process.connected) process.send?.(message);
}

function leave(code: number): void {
  clearInterval(timer);
  // What is queued must leave first: the process ends when the last socket is closed.
  setTimeout(() => process.exit(code), leaveMs).unref();
  tell({ type: 'left', bytesIn: shared.bytesIn, bytesOut: shared.bytesOut });
  process.off('message', onMessage);
  if (process.connected) process.disconnect?.(); // it may be leaving already
}

const shared = new LightProcess({
  connect: {
    join: options.join,
    token,
    ...(options.tlsCaPath !== undefined && { tlsCaPath: options.tlsCaPath }),
    insecure: options.insecure,
  },
  plan: options.plan,
  ...(options.recordedPath !== undefined && { recorded: readRecordedNorms(options.recordedPath) }),
  rates: options.rates,
  payload: options.payload,
  hasOneWorker: options.workers === 1,
  tell,
  ask: (step, shard) =>
    new Promise((resolve) => {
      const id = (numAsked += 1);
      waiting.set(id, resolve);
      tell({ type: 'ask', id, step, shard });
    }),
  onWeights: (step) => {
    // Hundreds of workers' weights may come in one turn of the event loop, and heartbeats must not wait for them.
    if (monotonicMs() - tickedAt > 2 * tickMs) tick();
    if (step <= newestStep) return;
    newestStep = step;
    tell({ type: 'step', step, at: monotonicMs(), bytesIn: shared.bytesIn, bytesOut: shared.bytesOut });
  },
});

const workers = Array.from({ length: options.workers }, (_, i) => {
  let hasJoined = false;
  return new LightWorker(options.firstWorker + i, shared, {
    onJoined: () => {
      if (hasJoined) return;
      hasJoined = true;
      numJoined += 1;
      const { run } = shared;
      if (run && numJoined === options.workers)
        tell({ type: 'joined', at: monotonicMs(), parameters: run.spec.parameters, shards: run.spec.shards });
    },
    onEnded: () => {
      numEnded += 1;
      if (numEnded === options.workers) leave(exitCodes.done);
    },
    onFailed: (code, message) => {
      tell({ type: 'failed', code, message });
      leave(exitCodes.disconnected);
    },
  });
});

function tick(): void {
  tickedAt = monotonicMs();
  for (const worker of workers) worker.tick(Math.random());
}

function onMessage(message: ToSwarm): void {
  if (message.type === 'leave') {
    for (const worker of workers) worker.leave();
    return;
  }
  waiting.get(message.id)?.(message.isGranted);
  waiting.delete(message.id);
}

// Ctrl-C reaches the whole process group: the load test decides what follows.
process.on('SIGINT', () => undefined);
process.on('message', onMessage);
onLauncherGone(() => setTimeout(() => process.exit(exitCodes.disconnected), leaveMs).unref());
const timer = setInterval(tick, tickMs);
for (const worker of workers) worker.start();
