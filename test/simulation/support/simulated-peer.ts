// A worker as the simulated coordinator sees it, and what is sent to it: real frames, real messages, the real data feed.
import { crc32 } from 'node:zlib';
import type { TrainingState } from '../../../src/coordinator/apply-update.js';
import type { CoreEffect } from '../../../src/coordinator/core/state.js';
import { DataFeed } from '../../../src/coordinator/data-feed.js';
import { encodeVector } from '../../../src/protocol/chunks.js';
import { encodeControl, Purpose, type ControlDraft } from '../../../src/protocol/control.js';
import { joinMessage } from '../../../src/protocol/message.js';
import { encodeFrame } from '../../../src/protocol/frame.js';
import type { Link } from './link.js';
import { bytesOf, chunkBytes, hexOf, runId, split } from './toy-wire.js';

export class SimulatedPeer {
  readonly link: Link;
  name = '';
  rank: number | undefined;
  openLease: number | undefined;
  isClosing = false;
  readonly #feed = new DataFeed();
  readonly #generation: number;
  #weightsStep = -1;

  constructor(link: Link, generation: number) {
    this.link = link;
    this.#generation = generation;
  }

  send(draft: ControlDraft): void {
    this.link.sendToClient(encodeControl(draft));
  }

  hold(names: readonly Uint8Array[]): void {
    this.#feed.hold(names.map((name) => hexOf(name)));
  }

  dropped(names: readonly Uint8Array[]): void {
    this.#feed.dropped(names.map((name) => hexOf(name)));
  }

  sendWeights({ step, params }: TrainingState): void {
    if (this.#weightsStep === step) return;
    const header = {
      kind: 'weights',
      generation: this.#generation,
      step,
      attempt: 0,
      level: 0,
      index: 0,
      runId,
    } as const;
    for (const frame of encodeVector(header, params, chunkBytes, crc32)) this.link.sendToClient(joinMessage(frame));
    this.#weightsStep = step;
  }

  sendLease(
    { leaseId, purpose, step, shards, waits }: Extract<CoreEffect, { type: 'lease' }>,
    state: TrainingState,
  ): void {
    this.openLease = leaseId;
    this.sendWeights(state);
    for (const block of this.#feed.take(split, shards)) this.#sendBlock(split.blocks.indexOf(block));
    const indexes = [...new Set(shards.map((shard) => split.blockOf(shard)))];
    this.send({
      lease: {
        leaseId,
        step,
        waits,
        purpose: purpose === 'train' ? Purpose.PURPOSE_TRAIN : Purpose.PURPOSE_EVALUATE,
        shards: shards.map((shard) => ({ shard })),
        blocks: indexes.map((index) => bytesOf(split.blocks[index]?.name ?? '')),
      },
    });
  }

  sendNamedBlocks(names: readonly Uint8Array[]): void {
    const wanted = new Set(names.map((name) => hexOf(name)));
    split.blocks.forEach((block, index) => {
      if (wanted.has(block.name)) this.#sendBlock(index);
    });
  }

  #sendBlock(index: number): void {
    const bytes = split.blocks[index]?.bytes() ?? new Uint8Array(0);
    const position = { chunk: 0, offset: 0, count: bytes.length, total: bytes.length };
    const header = {
      kind: 'block',
      dtype: 'bytes',
      generation: this.#generation,
      step: 0,
      attempt: 0,
      level: 0,
      index: 0,
      runId,
    } as const;
    this.link.sendToClient(joinMessage(encodeFrame({ ...header, ...position }, bytes, crc32)));
  }
}
