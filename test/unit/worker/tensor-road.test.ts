// Weights and gradients over one connection, in frames and through shared memory, and a coordinator that says what is not so.
import { crc32 } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { SharedMemory } from '../../../src/coordinator/shared-memory.js';
import type { Peer } from '../../../src/coordinator/peer.js';
import { encodeVector } from '../../../src/protocol/chunks.js';
import type { ControlBodies, ControlDraft } from '../../../src/protocol/control.js';
import { messageBytes, type Message } from '../../../src/protocol/message.js';
import { decodeFrame } from '../../../src/protocol/frame.js';
import { defaultLimits } from '../../../src/protocol/limits.js';
import { createVectorArena } from '../../../src/tensor/vector-arena.js';
import { createFileMover } from '../../../src/coordinator/file-kernels.js';
import { findLayFileOver } from '../../../src/backend/native-addon.js';
import { GradientVectors } from '../../../src/worker/gradient-vectors.js';
import { TensorRoad } from '../../../src/worker/tensor-road.js';
import { haveSameBits } from '../tensor/spread-values.js';

const values = defaultLimits.maxChunkBytes / 4 + 3; // one cell, or two frames
const fence = { generation: 1, attempt: 0, level: 0, index: 0, runId: '0123456789abcdef' } as const;
const weightsOf = (step: number) => ({ ...fence, kind: 'weights', step }) as const;
const gradientOf = { ...fence, kind: 'gradient', step: 0, attempt: 5 } as const;
const vector = (seed: number): Float32Array => Float32Array.from({ length: values }, (_, i) => i + seed);
const code = (name: string): Error => expect.objectContaining({ code: name }) as Error;

const layFileOver = findLayFileOver();
const memories: SharedMemory[] = [];
const roads: TensorRoad[] = [];

/** A coordinator's shared memory, offered to one peer; and the offer. */
function offered(): { memory: SharedMemory; peer: Peer; offer: ControlBodies['sharedMemory'] } {
  const arena = createVectorArena();
  const run = { mover: createFileMover(arena), allocatePages: (length: number) => arena.allocatePages(length) };
  const memory = new SharedMemory('/dev/shm', values, 2, run);
  memories.push(memory);
  const sent: ControlDraft[] = [];
  const peer = { send: (draft: ControlDraft) => sent.push(draft) } as unknown as Peer;
  memory.offer(peer);
  return { memory, peer, offer: sent[0]?.sharedMemory as ControlBodies['sharedMemory'] };
}

function newRoad(): TensorRoad {
  const road = new TensorRoad();
  roads.push(road);
  return road;
}

function taken() {
  const { memory, peer, offer } = offered();
  const road = newRoad();
  const shared = road.takeSharedMemory(offer);
  expect(memory.prove(peer, shared.nonce)).toBe(true);
  return { memory, peer, road, taken: shared };
}

/** Brings messages to a road; returns the weights when they are whole. */
function bring(road: TensorRoad, messages: readonly Message[], target = new Float32Array(values)) {
  return messages.map((message) => road.addWeights(decodeFrame(message, crc32), () => target)).at(-1);
}

function expectWeights(actual: ReturnType<typeof bring>, step: number, params: Float32Array): void {
  expect(actual?.step).toBe(step);
  expect(actual && haveSameBits(actual.params, params)).toBe(true);
}

afterEach(() => {
  for (const road of roads.splice(0)) road.close();
  for (const memory of memories.splice(0)) memory.close();
});

describe.runIf(process.platform === 'linux')('tensors between a worker and its coordinator', () => {
  it('are the same bits in frames and through shared memory', () => {
    const { memory, peer, road } = taken();
    const inCell = memory.writeWeights(weightsOf(3), vector(1));
    const inFrames = [...encodeVector(weightsOf(3), vector(1), defaultLimits.maxChunkBytes, crc32)];
    expect(inCell.length).toBe(64);
    for (const messages of [[[inCell]], inFrames]) expectWeights(bring(road, messages), 3, vector(1));
    road.beginAnswer();
    const frames = [...road.encode(gradientOf, { vector: vector(2) }, defaultLimits.maxChunkBytes, () => undefined)];
    const target = new Float32Array(values);
    for (const bytes of frames) {
      const frame = decodeFrame(bytes, crc32);
      memory.read(peer, frame, new Uint8Array(target.buffer, 4 * frame.header.offset, 4 * frame.header.count));
    }
    expect(haveSameBits(target, vector(2))).toBe(true);
  });

  it('leave a worker that is two steps late without the weights that were written over, and with the newest', () => {
    const { memory, road } = taken();
    const old = memory.writeWeights(weightsOf(1), vector(1));
    const next = memory.writeWeights(weightsOf(2), vector(2));
    const newest = memory.writeWeights(weightsOf(3), vector(3));
    expect(bring(road, [[old]])).toBeUndefined();
    expectWeights(bring(road, [[next]]), 2, vector(2));
    expectWeights(bring(road, [[newest]]), 3, vector(3));
  });

  it.runIf(layFileOver)('lie where both see them, without a copy: weights in slots, gradients in cells', () => {
    const { memory, peer, road, taken: shared } = taken();
    const arena = createVectorArena();
    shared.mapWeights(() => arena.allocatePages(values), layFileOver!);
    const first = bring(road, [[memory.writeWeights(weightsOf(1), vector(1))]]);
    expectWeights(first, 1, vector(1));
    const second = bring(road, [[memory.writeWeights(weightsOf(2), vector(2))]]);
    expectWeights(second, 2, vector(2));
    expectWeights(first, 1, vector(1)); // the slot of the step before stands
    memory.writeWeights(weightsOf(3), vector(3));
    expect(first && haveSameBits(first.params, vector(3))).toBe(true);

    const gradients = new GradientVectors(arena, layFileOver);
    const [plain] = gradients.take(1, values);
    expect(gradients.cellOf(plain!)).toBeUndefined();
    gradients.useCells(shared.gradientPages);
    const computed = gradients.take(2, values);
    computed.forEach((target, i) => target.set(vector(7 + i)));
    road.beginAnswer(true);
    for (const i of [1, 0]) {
      const node = { vector: computed[i]!, cell: gradients.cellOf(computed[i]!) };
      expect(node.cell).toBe(i);
      const [bytes, ...more] = road.encode(gradientOf, node, defaultLimits.maxChunkBytes, () => undefined);
      expect(more).toEqual([]);
      const target = new Float32Array(values);
      const frame = decodeFrame(bytes!, crc32);
      memory.read(peer, frame, new Uint8Array(target.buffer));
      expect(haveSameBits(target, vector(7 + i))).toBe(true);
      const view = memory.viewOf(peer, frame)!; // the coordinator needs no copy either
      expect(haveSameBits(view, target)).toBe(true);
      computed[i]![0] = 5;
      expect(view[0]).toBe(5);
      expect(() => memory.viewOf(peer, { ...frame, head: new Uint8Array(64) })).toThrow(code('CELL_OVERWRITTEN'));
    }
    const frames = [...road.encode(gradientOf, { vector: vector(9) }, defaultLimits.maxChunkBytes, () => undefined)];
    expect(frames.length).toBe(2); // beside vectors in their cells, others go in frames
  });

  it.runIf(layFileOver)('are computed in memory of its own when the file of cells is another one by now', () => {
    const { taken: shared } = taken();
    const gradients = new GradientVectors(createVectorArena(), layFileOver);
    gradients.useCells({ ...shared.gradientPages, nonce: new Uint8Array(16) });
    expect(gradients.cellOf(gradients.take(1, values)[0]!)).toBeUndefined();
    gradients.useCells({ ...shared.gradientPages, fd: 0 });
    expect(gradients.cellOf(gradients.take(1, values)[0]!)).toBeUndefined();
  });

  it('travel in frames when an answer has more nodes than cells', () => {
    const { road } = taken();
    const lengths = [1, 2, 3].map((seed) =>
      [...road.encode(gradientOf, { vector: vector(seed) }, defaultLimits.maxChunkBytes, () => undefined)].map(
        messageBytes,
      ),
    );
    expect(lengths).toEqual([[64], [64], [64 + defaultLimits.maxChunkBytes, 64 + 12]]);
  });

  it('travel in frames when the offer does not fit what is found: another file, another nonce, no such process', () => {
    const { offer } = offered();
    for (const lie of [
      { weightsFd: 0 },
      { nonce: new Uint8Array(16) },
      { processId: 4_000_000 },
      { gradientsCells: offer.gradientsCells + 1 },
    ]) {
      const road = newRoad();
      expect(() => road.takeSharedMemory(Object.assign({} as typeof offer, offer, lie))).toThrow(
        code('SHM_UNAVAILABLE'),
      );
      expect(road.hasSharedMemory).toBe(false);
    }
  });

  it('are refused in cells that nobody has agreed on', () => {
    const { memory, peer } = offered();
    const bytes = memory.writeWeights(weightsOf(1), vector(1));
    expect(() => bring(newRoad(), [[bytes]])).toThrow(code('CELL_INVALID'));
    expect(() => memory.read(peer, decodeFrame([bytes], crc32), new Uint8Array(4))).toThrow(code('CELL_INVALID'));
  });

  it('are not believed when the proof is not in the file', () => {
    const { memory, peer, offer } = offered();
    newRoad().takeSharedMemory(offer);
    expect(() => memory.prove(peer, new Uint8Array(16).fill(3))).toThrow(code('CELL_INVALID'));
    expect(memory.isTaken(peer)).toBe(false);
    expect(memory.prove(peer, new Uint8Array(0))).toBe(false);
    expect(() => memory.prove(peer, new Uint8Array(0))).toThrow(code('MESSAGE_UNEXPECTED'));
  });
});
