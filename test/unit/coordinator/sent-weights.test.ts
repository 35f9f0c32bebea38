// Weights in frames: one encoding for all, in memory that no later step touches before it has left to every worker.
import { expect, it } from 'vitest';
import { crc32 } from '../../../src/backend/bytes.js';
import type { Peer } from '../../../src/coordinator/peer.js';
import { TensorRoads, type TensorRoadsOptions } from '../../../src/coordinator/tensor-roads.js';
import { copyOf, VectorAssembly } from '../../../src/protocol/chunks.js';
import { decodeFrame } from '../../../src/protocol/frame.js';
import type { Message } from '../../../src/protocol/message.js';

const size = 300_000; // two frames

/** A worker whose messages stay in its queue until `leave`. */
class SlowPeer {
  readonly queue: Message[] = [];
  #then: (() => void)[] = [];
  readonly connection = {
    send: (...message: Message): void => void this.queue.push(message),
    whenSent: (act: () => void): void => void this.#then.push(act),
  };

  /** Takes what is queued, as it is by now; returns the first value of the last weights. */
  leave(): { step: number; values: Set<number> } {
    const assembly = new VectorAssembly(new Float32Array(size));
    let step = -1;
    for (const message of this.queue.splice(0)) {
      const { header, payload } = decodeFrame(message, crc32);
      assembly.add(header, copyOf(payload));
      step = header.step;
    }
    for (const act of this.#then.splice(0)) act();
    return { step, values: new Set(assembly.vector) };
  }
}

function newRoads() {
  const state = { step: 0, params: new Float32Array(size) };
  const options = { payload: 'frame', runId: '00000000000000ff', generation: 1, state } as unknown;
  const roads = new TensorRoads(options as TensorRoadsOptions);
  const next = (): void => {
    state.step += 1;
    state.params.fill(state.step); // in place, as an update does
  };
  const send = (peer: SlowPeer): void => roads.sendWeights(peer as unknown as Peer);
  return { next, send };
}

it('reach a worker as they were when they were sent, however many steps it is behind', () => {
  const { next, send } = newRoads();
  const [quick, slow] = [new SlowPeer(), new SlowPeer()];
  next();
  send(slow);
  for (let step = 1; step < 6; step += 1) {
    send(quick);
    expect(quick.leave()).toEqual({ step, values: new Set([step]) });
    next();
  }
  expect(slow.leave()).toEqual({ step: 1, values: new Set([1]) });
});

it('are encoded once for all workers, and in the memory of a step that has left', () => {
  const { next, send } = newRoads();
  const [one, other] = [new SlowPeer(), new SlowPeer()];
  const memories = new Set<ArrayBufferLike>();
  for (let step = 1; step < 8; step += 1) {
    next();
    send(one);
    send(other);
    expect(one.queue.length).toBe(2);
    one.queue.forEach(([frame], i) => {
      expect(other.queue[i]?.[0]).toBe(frame);
      memories.add(frame!.buffer);
    });
    one.leave();
    other.leave();
  }
  expect(memories.size).toBe(2);
});
