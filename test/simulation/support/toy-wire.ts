// What both sides of a simulated link agree on: names, small chunks, four blocks of data.
import type { Split } from '../../../src/data/dataset.js';
import { encodeControl } from '../../../src/protocol/control.js';

export const runId = '0123456789abcdef';
/** A gradient takes two chunks: a reset may fall between them. */
export const chunkBytes = 32;
/** Every heartbeat of a coordinator: known by identity, so that decoding thousands of them takes no time. */
export const heartbeatBytes = encodeControl({ heartbeat: {} });

export function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

export function bytesOf(hex: string): Uint8Array {
  return Buffer.from(hex, 'hex');
}

/** Shard s reads block s modulo 4; a block's bytes are its name. */
const names = [0, 1, 2, 3].map((index) => `0${index}`.repeat(16));
const blocks = names.map((name) => ({ name, first: 0, count: 1, bytes: () => bytesOf(name) }));
export const split: Split = {
  name: 'train',
  size: 4,
  lengths: new Int32Array(4),
  blocks,
  blockOf: (shard) => shard % 4,
};
