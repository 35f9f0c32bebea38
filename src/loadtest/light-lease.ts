// One lease answered without computing: made-up gradients, with the reports and vectors of a real worker.
import type { Layout } from '../tensor/layout.js';
import type { ShardQuantiser } from '../protocol/quantise.js';
import type { VectorArena } from '../tensor/vector-arena.js';
import { findLayFileOver } from '../backend/native-addon.js';
import { GradientVectors } from '../worker/gradient-vectors.js';
import type { GradientPages } from '../worker/shared-memory.js';
import { describeAnswer } from '../worker/compute-lease.js';
import type { Computed } from '../worker/compute-messages.js';
import type { GradientSource } from './gradient-source.js';

export interface LightShard {
  readonly shard: number;
  /** Valid targets. */
  readonly count: number;
  /** The gradient gets a NaN. */
  readonly isPoisoned: boolean;
}

export class LightLeases {
  readonly #arena: VectorArena;
  readonly #source: GradientSource;
  readonly #layout: Layout;
  readonly #numShards: number;
  readonly #quantiser: ShardQuantiser | undefined;
  readonly #gradients: GradientVectors;
  /** Vectors that hold the gradient still, since no sum was taken in them. */
  readonly #filled = new Set<Float32Array>();

  constructor(
    arena: VectorArena,
    source: GradientSource,
    layout: Layout,
    numShards: number,
    quantiser?: ShardQuantiser,
  ) {
    this.#arena = arena;
    this.#source = source;
    this.#layout = layout;
    this.#numShards = numShards;
    this.#quantiser = quantiser;
    this.#gradients = new GradientVectors(arena, findLayFileOver());
  }

  /** Lays the gradients over the cells of shared memory: for a process with one worker. */
  useCells(pages: GradientPages): void {
    this.#gradients.useCells(pages);
    this.#filled.clear(); // what lay there is gone
  }

  /** Answers a training lease: its vectors stand until the next is answered. */
  answer(step: number, work: readonly LightShard[]): Pick<Computed, 'shards' | 'nodes'> {
    const { size } = this.#layout;
    this.#quantiser?.begin(step);
    const grads = this.#gradients.take(work.length, size);
    work.forEach(({ shard, count, isPoisoned }, i) => {
      const vector = grads[i] as Float32Array;
      const isThere = this.#source.isFixed && this.#filled.has(vector);
      if (!isThere) this.#source.write(vector, step, shard, count);
      if (isPoisoned) vector[(step * 7919 + shard) % size] = NaN;
    });
    const computed = work.map(({ shard, count }) => ({ shard, loss: 0.5 * count, count, correct: 0 }));
    const quantiser = this.#quantiser;
    const shape = { arena: this.#arena, layout: this.#layout, numShards: this.#numShards };
    const answer = describeAnswer(computed, grads, { ...shape, ...(quantiser && { quantiser }) });
    const hasSums = answer.nodes.some(({ node }) => node.level > 0);
    for (const vector of grads) {
      if (hasSums) this.#filled.delete(vector);
      else this.#filled.add(vector);
    }
    const nodes = answer.nodes.map((node) => ({
      ...node,
      cell: 'dtype' in node.vector ? undefined : this.#gradients.cellOf(node.vector),
    }));
    return { ...answer, nodes };
  }
}
