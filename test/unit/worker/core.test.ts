// The worker's core: joining, waiting, computing, losing its connection, ending.
import { describe, expect, it } from 'vitest';
import { decodeControl, encodeControl, type ControlBodies } from '../../../src/protocol/control.js';
import {
  createWorkerState,
  defaultTimes,
  type WorkerCoreState,
  type WorkerEffect,
  type WorkerEvent,
} from '../../../src/worker/core/state.js';
import { step } from '../../../src/worker/core/step.js';

function leaseOf(leaseId: number, atStep: number, waits = false): ControlBodies['lease'] {
  const message = decodeControl(encodeControl({ lease: { leaseId, step: atStep, waits } }));
  if (message.kind !== 'lease') throw new Error('not a Lease');
  return message.body;
}

/** Drives the core with a clock that stands still unless it is moved. */
class Story {
  readonly core: WorkerCoreState;
  now = 0;

  constructor() {
    this.core = createWorkerState(0, { ...defaultTimes, joinTimeoutMs: 60_000 });
  }

  send(...events: WorkerEvent[]): WorkerEffect[] {
    return events.flatMap((event) => step(this.core, event, this.now));
  }

  join(): this {
    this.send({ type: 'start' }, { type: 'connected' }, { type: 'welcomed' });
    return this;
  }

  lease(leaseId: number, atStep: number, ...missing: string[]): WorkerEffect[] {
    return this.send({ type: 'leased', lease: leaseOf(leaseId, atStep), missing });
  }

  weights(atStep: number): WorkerEffect[] {
    return this.send({ type: 'weights', step: atStep });
  }

  tick(jitter = 0.5): WorkerEffect[] {
    return this.send({ type: 'tick', jitter });
  }

  /** Time passes, a tick each half second. */
  tickUntil(end: number): WorkerEffect[] {
    const effects: WorkerEffect[] = [];
    for (; this.now < end; effects.push(...this.tick())) this.now = Math.min(end, this.now + 500);
    return effects;
  }

  closed(): WorkerEffect[] {
    return this.send({ type: 'closed', reason: 'reset' });
  }

  /** Milliseconds, in tens, until it tries to connect again. */
  waitForConnect(jitter: number): number {
    const start = this.now;
    while (!this.tick(jitter).some(({ type }) => type === 'connect')) this.now += 10;
    return this.now - start;
  }
}

const types = (effects: readonly WorkerEffect[]): string[] => effects.map(({ type }) => type);
const computing = (effects: readonly WorkerEffect[]): number[] =>
  effects.flatMap((effect) => (effect.type === 'compute' ? [effect.lease.leaseId] : []));

describe('joining', () => {
  it('connects at once, greets, and is a worker once it is welcomed', () => {
    const story = new Story();
    expect(types(story.send({ type: 'start' }))).toEqual(['connect']);
    expect(types(story.send({ type: 'connected' }))).toEqual(['hello']);
    expect(types(story.send({ type: 'welcomed' }))).toEqual([]);
    expect(story.core.phase).toBe('joined');
  });

  it('waits between attempts up to 200 ms, 400 ms, ... 5 s, a share of it that is drawn', () => {
    const story = new Story();
    story.send({ type: 'start' });
    const failed = { type: 'connectFailed', code: 'CONNECT_FAILED', message: 'refused', isFinal: false } as const;
    const waits = Array.from({ length: 8 }, () => {
      story.send(failed);
      return story.waitForConnect(1);
    });
    expect(waits).toEqual([200, 400, 800, 1600, 3200, 5000, 5000, 5000]);
    story.send(failed);
    expect(story.waitForConnect(0)).toBe(0);
    story.send(failed);
    expect(story.waitForConnect(0.25)).toBe(1250);
  });

  it('waits longer each time when it is let in and thrown out again, until it has done some work', () => {
    const story = new Story().join();
    const waits = Array.from({ length: 3 }, () => {
      story.closed();
      const waited = story.waitForConnect(1);
      story.send({ type: 'connected' }, { type: 'welcomed' });
      return waited;
    });
    expect(waits).toEqual([200, 400, 800]);
    story.weights(0);
    story.lease(1, 0);
    story.send({ type: 'computed', leaseId: 1 });
    story.closed();
    expect(story.waitForConnect(1)).toBe(200);
  });

  it('says once that it tries again, and gives up when the deadline has passed', () => {
    const story = new Story();
    story.send({ type: 'start' });
    const failed = {
      type: 'connectFailed',
      code: 'CONNECT_FAILED',
      message: 'Cannot reach ws://a:1.',
      isFinal: false,
    } as const;
    expect(types(story.send(failed))).toEqual(['note']);
    story.waitForConnect(1);
    expect(types(story.send(failed))).toEqual([]);
    story.now = 60_001;
    story.waitForConnect(0);
    expect(story.send(failed)).toEqual([
      { type: 'exit', code: 'JOIN_TIMEOUT', message: 'Cannot reach ws://a:1. Gave up after 60 s.', isError: true },
    ]);
  });

  it('gives up at once when it is refused for good', () => {
    const story = new Story();
    story.send({ type: 'start' });
    const effects = story.send({ type: 'connectFailed', code: 'TOKEN_WRONG', message: 'no', isFinal: true });
    expect(effects).toEqual([{ type: 'exit', code: 'TOKEN_WRONG', message: 'no', isError: true }]);
  });

  it('makes its connection anew when a message was damaged on the way', () => {
    const story = new Story().join();
    expect(story.send({ type: 'rejected', code: 'FRAME_CORRUPT', message: 'checksum' })).toEqual([
      { type: 'note', code: 'FRAME_CORRUPT', message: 'checksum' },
    ]);
    story.send({ type: 'closed', reason: '4001 FRAME_CORRUPT' });
    expect(story.core.phase).toBe('backoff');
  });

  it('gives up when its greeting is rejected', () => {
    const story = new Story();
    story.send({ type: 'start' }, { type: 'connected' });
    expect(story.send({ type: 'rejected', code: 'KERNEL_MISMATCH', message: 'other bits' })).toEqual([
      { type: 'exit', code: 'KERNEL_MISMATCH', message: 'other bits', isError: true },
    ]);
  });

  it('drops a coordinator that accepts and never welcomes', () => {
    const story = new Story();
    story.send({ type: 'start' }, { type: 'connected' });
    story.tickUntil(10_000);
    story.now = 10_001;
    expect(types(story.tick())).toEqual(['disconnect']);
  });
});

describe('a lease', () => {
  it('waits for the weights of its step', () => {
    const story = new Story().join();
    expect(types(story.lease(1, 5))).toEqual([]);
    expect(types(story.weights(4))).toEqual([]);
    expect(computing(story.weights(5))).toEqual([1]);
  });

  it('asks for the blocks that are missing, and waits for the last of them', () => {
    const story = new Story().join();
    story.weights(0);
    expect(story.lease(1, 0, '0a', 'ff')).toEqual([
      { type: 'send', draft: { needBlocks: { names: [Uint8Array.of(10), Uint8Array.of(255)] } } },
    ]);
    expect(types(story.send({ type: 'block', name: '0a' }))).toEqual([]);
    expect(computing(story.send({ type: 'block', name: 'ff' }))).toEqual([1]);
  });

  it('is answered when it is computed, and the next one begins then, not before', () => {
    const story = new Story().join();
    story.weights(0);
    expect(computing(story.lease(1, 0))).toEqual([1]);
    expect(types(story.lease(2, 0))).toEqual([]);
    expect(story.send({ type: 'computed', leaseId: 1 })).toMatchObject([
      { type: 'answer', leaseId: 1, step: 0 },
      { type: 'compute', lease: { leaseId: 2 } },
    ]);
  });

  /** Lease 1 waits, and is computed. */
  function withheld(): Story {
    const story = new Story().join();
    story.weights(0);
    story.send({ type: 'leased', lease: leaseOf(1, 0, true), missing: [] });
    const answered = story.send({ type: 'computed', leaseId: 1 });
    expect(answered).toEqual([{ type: 'answer', leaseId: 1, step: 0 }]);
    return story;
  }

  it('that waits withholds its gradients until they are asked for, once', () => {
    const story = withheld();
    expect(story.send({ type: 'cleared', leaseId: 2 })).toEqual([]);
    expect(story.send({ type: 'cleared', leaseId: 1 })).toEqual([{ type: 'sendGradients', leaseId: 1 }]);
    expect(story.send({ type: 'cleared', leaseId: 1 })).toEqual([]);
  });

  it('that does not wait withholds nothing, whoever asks', () => {
    const story = new Story().join();
    story.weights(0);
    story.lease(1, 0);
    expect(types(story.send({ type: 'computed', leaseId: 1 }))).toEqual(['answer']);
    expect(story.send({ type: 'cleared', leaseId: 1 })).toEqual([]);
  });

  it('that waits and is revoked, or whose connection is lost, sends nothing more', () => {
    const revoked = withheld();
    expect(revoked.send({ type: 'revoked', leaseId: 1 })).toEqual([{ type: 'abandon', leaseId: 1 }]);
    expect(revoked.send({ type: 'cleared', leaseId: 1 })).toEqual([]);
    const lost = withheld();
    expect(lost.closed()).toContainEqual({ type: 'abandon', leaseId: 1 });
    lost.join(); // a restarted coordinator counts its leases from 1 again
    expect(lost.send({ type: 'cleared', leaseId: 1 })).toEqual([]);
  });

  it('that is revoked is not answered, and does not hold up the next', () => {
    const story = new Story().join();
    story.weights(0);
    story.lease(1, 0);
    expect(story.send({ type: 'revoked', leaseId: 1 })).toEqual([{ type: 'abandon', leaseId: 1 }]);
    story.weights(1);
    story.lease(2, 1);
    expect(computing(story.send({ type: 'computed', leaseId: 1 }))).toEqual([2]);
    expect(types(story.send({ type: 'computed', leaseId: 2 }))).toEqual(['answer']);
  });

  it('that is revoked before it began is never computed', () => {
    const story = new Story().join();
    story.lease(1, 0);
    story.send({ type: 'revoked', leaseId: 1 });
    expect(types(story.weights(0))).toEqual([]);
  });
});

describe('a lost connection', () => {
  it('ends all leases and forgets the weights', () => {
    const story = new Story().join();
    story.weights(0);
    story.lease(1, 0);
    story.lease(2, 1);
    expect(types(story.closed())).toEqual(['abandon', 'abandon', 'note']);
    expect([story.core.leases.size, story.core.weightsStep]).toEqual([0, -1]);
    expect(types(story.send({ type: 'computed', leaseId: 1 }))).toEqual([]);
  });

  it('is followed by a delay that is drawn, even before the first attempt', () => {
    const story = new Story().join();
    story.closed();
    expect(story.waitForConnect(0.75)).toBe(150);
  });

  it('starts the deadline anew', () => {
    const story = new Story().join();
    story.now = 500_000;
    expect(types(story.closed())).toEqual(['note']);
    expect(story.core.phase).toBe('backoff');
  });

  it('does not let an old result answer a lease of the same number from a restarted coordinator', () => {
    const story = new Story().join();
    story.weights(7);
    expect(computing(story.lease(1, 7))).toEqual([1]);
    story.closed();
    story.waitForConnect(0);
    story.send({ type: 'connected' }, { type: 'welcomed' });
    story.weights(4);
    // The compute thread is still busy with the old one.
    expect(types(story.lease(1, 4))).toEqual([]);
    expect(types(story.send({ type: 'computed', leaseId: 1 }))).toEqual(['compute']);
    expect(story.send({ type: 'computed', leaseId: 1 })).toEqual([{ type: 'answer', leaseId: 1, step: 4 }]);
  });
});

describe('time', () => {
  it('brings a heartbeat every second while it is joined', () => {
    const story = new Story().join();
    const beats: number[] = [];
    for (; story.now <= 3000; story.now += 100) {
      story.send({ type: 'heard' });
      if (story.tick().some(({ type }) => type === 'send')) beats.push(story.now);
    }
    expect(beats).toEqual([1000, 2000, 3000]);
  });

  it('ends a connection over which nothing was heard for more than 10 s', () => {
    const story = new Story().join();
    story.tickUntil(5000);
    story.send({ type: 'heard' });
    expect(types(story.tickUntil(15_000))).not.toContain('disconnect');
    story.now = 15_001;
    expect(story.tick()).toEqual([{ type: 'disconnect', reason: 'nothing heard from the coordinator for 10 s' }]);
  });

  it('keeps a connection over a time in which it stood still itself, for a second of it counts', () => {
    const story = new Story().join();
    story.now = 60_000;
    expect(types(story.tick())).not.toContain('disconnect');
    expect(types(story.tickUntil(69_000))).not.toContain('disconnect');
    expect(types(story.tickUntil(69_500))).toContain('disconnect');
  });

  it('brings nothing while a connection is being made', () => {
    const story = new Story();
    story.send({ type: 'start' });
    story.now = 50_000;
    expect(story.tick()).toEqual([]);
  });
});

describe('the end', () => {
  it.each([
    ['DONE', false],
    ['STOPPED', false],
    ['STUCK', true],
    ['GRADIENT_NOT_FINITE', true],
  ])('by the coordinator with %s is an error: %s', (code, isError) => {
    expect(new Story().join().send({ type: 'stopped', code, message: 'end' })).toEqual([
      { type: 'exit', code, message: 'end', isError },
    ]);
  });

  it('by its user says goodbye when there is someone to say it to', () => {
    expect(new Story().join().send({ type: 'stop' })).toEqual([
      { type: 'send', draft: { goodbye: { reason: 'stopped by its user' } } },
      { type: 'exit', code: 'STOPPED', message: 'Stopped.', isError: false },
    ]);
    const alone = new Story();
    alone.send({ type: 'start' });
    expect(types(alone.send({ type: 'stop' }))).toEqual(['exit']);
  });

  it('is final: nothing that comes later has an effect', () => {
    const story = new Story().join();
    story.send({ type: 'stop' });
    expect([story.weights(0), story.lease(1, 0), story.closed(), story.tick()].flat()).toEqual([]);
  });
});
