// One lease answered without computing: made-up gradients, with the reports and vectors of a real worker.
import type { Layout } from '../tensor/layout.js';
import type { ShardQuantiser } from '../protocol/quantise.js';
import type { VectorArena } from '../tensor/vector-arena.js';
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
  readonly #vectors: Float32Array[] = [];
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
  }

  /** Answers a training lease: its vectors stand until the next is answered. */
  answer(step: number, work: readonly LightShard[]): Pick<Computed, 'shards' | 'nodes'> {
    const { size } = this.#layout;
    this.#quantiser?.begin(step);
    const grads = work.map(({ shard, count, isPoisoned }, i) => {
      const vector = (this.#vectors[i] ??= this.#arena.allocate(size));
      const isThere = this.#source.isFixed && this.#filled.has(vector);
      if (!isThere) this.#source.write(vector, step, shard, count);
      if (isPoisoned) vector[(step * 7919 + shard) % size] = NaN;
      return vector;
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
    return answer;
  }
}
