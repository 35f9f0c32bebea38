// Batch normalisation's statistics of the open step: parts of shards in, totals out, running averages at its end. Joined along the tree
// in float64, so they are the same whoever computed a shard; kept until the step ends, so a shard that is lost is computed with them.
import { joinParts, readPart, totalsOf, type Part } from '../collective/moments.js';
import { ConfigError, ProtocolError } from '../errors.js';
import { collectivesOf, partSize, statisticsWidth, type Collective } from '../params/batch-statistics.js';
import { layerSuffix } from '../params/layout-of-model.js';
import { numDirections, type ModelSpec } from '../params/model-spec.js';
import { type Layout, viewTensor } from '../tensor/layout.js';
import type { ShardScore } from './core/state.js';

/** Weight of the new value in a running average, as in PyTorch. */
const momentum = 0.1;

/** A lease may hold all shards, and its answer is one control message. */
const mostBytes = 512 * 1024;

/** What a buffer of the layout is set to. */
export interface BufferValues {
  readonly offset: number;
  readonly values: Float32Array;
}

export class BatchStatistics {
  readonly #spec: ModelSpec;
  readonly #numShards: number;
  readonly #collectives: readonly Collective[];
  #totals: Uint8Array[] = [];
  /** By layer. */
  #moments: Part[] = [];

  /** Throws `NORM_SIZE` where an answer would be no message. */
  constructor(spec: ModelSpec, numShards: number) {
    this.#spec = spec;
    this.#numShards = numShards;
    this.#collectives = collectivesOf(spec);
    const bytes = 4 * partSize(spec) * numShards;
    if (bytes <= mostBytes) return;
    const message = `--norm batch exchanges ${bytes} bytes at a time, at most ${mostBytes} are possible.`;
    throw new ConfigError('NORM_SIZE', `${message} Lower --hidden-size or --shards.`);
  }

  /** Totals of the collectives so far, as they go over the wire. */
  get totals(): readonly Uint8Array[] {
    return this.#totals;
  }

  /** Refuses a part of another size. Throws ProtocolError `STATISTICS_INVALID`. */
  check(scores: readonly ShardScore[]): void {
    const wanted = 4 * partSize(this.#spec);
    const wrong = scores.find(({ part }) => part !== undefined && part.length !== wanted);
    if (!wrong) return;
    const message = `Shard ${wrong.shard} came with statistics of ${wrong.part?.length} bytes, wanted ${wanted}.`;
    throw new ProtocolError('STATISTICS_INVALID', message);
  }

  /** Takes in the collective that comes next. */
  collected(scores: readonly ShardScore[]): void {
    const isForward = this.#collectives[this.#totals.length]?.isForward ?? false;
    const parts = new Map(scores.flatMap(({ shard, part }) => (part ? [[shard, readPart(readFloats(part))]] : [])));
    const width = statisticsWidth(this.#spec);
    const nothing: Part = { count: 0, a: new Float64Array(width), b: new Float64Array(width) };
    const joined = joinParts(parts, this.#numShards, isForward) ?? nothing;
    if (isForward) this.#moments.push(joined);
    const totals = totalsOf(joined, isForward);
    this.#totals.push(new Uint8Array(totals.buffer));
  }

  /** Ends the step: what its running averages become. The variance is the unbiased one. */
  takeBuffers(params: Float32Array, layout: Layout): BufferValues[] {
    const moments = this.#moments;
    this.#totals = [];
    this.#moments = [];
    const tensors = new Map(layout.tensors.map((tensor) => [tensor.name, tensor]));
    const directions = numDirections(this.#spec);
    const size = statisticsWidth(this.#spec) / directions;
    return moments.flatMap(({ count, a, b }, layer) =>
      Array.from({ length: directions }, (_, direction) => {
        const average = (name: string, fresh: Float64Array): BufferValues[] => {
          const tensor = tensors.get(name + layerSuffix(layer, direction));
          if (!tensor) return [];
          const ofDirection = fresh.subarray(direction * size, (direction + 1) * size);
          const values = viewTensor(params, tensor).map(
            (old, i) => (1 - momentum) * old + momentum * (ofDirection[i] ?? 0),
          );
          return [{ offset: tensor.offset, values }];
        };
        const unbiased = b.map((squares) => squares / Math.max(1, count - 1));
        return count > 0 ? [...average('rnn.running_mean', a), ...average('rnn.running_var', unbiased)] : [];
      }).flat(),
    );
  }
}

function readFloats(bytes: Uint8Array): Float32Array {
  return new Float32Array(Uint8Array.from(bytes).buffer);
}
