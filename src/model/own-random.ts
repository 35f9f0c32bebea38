// Randomness of a user's model: the calls are noted on a first run, their values made outside and handed in as data, so that
// a recording freezes none of them and an example draws the same wherever, and beside whatever, it is computed.
import type { Tensor } from '@tensorflow/tfjs';
import type { ShardBatch } from '../data/shard-batch.js';
import { ConfigError } from '../errors.js';
import { randomStream, type RandomStream } from '../random/random-stream.js';
import type { ModelRandom } from './define-model.js';
import type { Tfjs } from './tfjs.js';

/** One call: its kind, the rate of `keep`, and the shape of each row's values. */
export interface DrawRequest {
  readonly kind: keyof ModelRandom;
  readonly rate: number;
  readonly shape: readonly number[];
}

const refuse = (problem: string): ConfigError => new ConfigError('MODEL_RANDOM', `${problem}.`);

/** Notes the calls; what it returns has the right shape and no more. */
export function noteDraws(tf: Tfjs, rows: number, requests: DrawRequest[]): ModelRandom {
  return randomOf((request) => {
    requests.push(request);
    return tf.mul(tf.ones([rows, ...request.shape]), 0.5);
  });
}

/** Hands out `values` in the order of the calls; these must be the ones that were noted. */
export function replayDraws(requests: readonly DrawRequest[], values: readonly Tensor[]): ModelRandom {
  let next = 0;
  return randomOf((request) => {
    const at = next++;
    const noted = requests[at];
    const isSame =
      noted &&
      noted.kind === request.kind &&
      noted.rate === request.rate &&
      noted.shape.join() === request.shape.join();
    if (isSame) return values[at]!;
    throw refuse(
      'The calls of random must be the same, in the same order, for equal shapes of a batch; they changed between two runs',
    );
  });
}

/** In evaluation nothing is dropped, and nothing is drawn. */
export function evaluationRandom(tf: Tfjs, rows: number): ModelRandom {
  return randomOf(({ kind, shape }) => {
    if (kind === 'keep') return tf.ones([rows, ...shape]);
    throw refuse(`random.${kind} is for training only: ask for "training" first`);
  });
}

function randomOf(draw: (request: DrawRequest) => Tensor): ModelRandom {
  const check = (kind: keyof ModelRandom, rate: number, shape: readonly number[]): Tensor => {
    const isShape = Array.isArray(shape) && shape.every((size) => Number.isInteger(size) && size >= 1);
    if (!isShape)
      throw refuse(`random.${kind} takes the shape of one row's values as an array, got ${JSON.stringify(shape)}`);
    if (!(rate >= 0 && rate < 1)) throw refuse(`random.keep takes a rate from 0 to below 1, got ${rate}`);
    return draw({ kind, rate, shape });
  };
  return {
    uniform: (shape = []) => check('uniform', 0, shape),
    normal: (shape = []) => check('normal', 0, shape),
    keep: (rate, shape = []) => check('keep', rate, shape),
  };
}

/** Draws the values of the noted calls, one tensor a call; rows of padding get zeros. */
export function drawValues(tf: Tfjs, requests: readonly DrawRequest[], { rows, lengths, draws }: ShardBatch): Tensor[] {
  return requests.map((request, call) => {
    const width = request.shape.reduce((product, size) => product * size, 1);
    const values = new Float32Array(rows * width);
    for (let row = 0; row < rows; row++) {
      if (!draws || lengths[row] === 0) continue;
      const stream = randomStream(draws.seed, 'own-model', draws.step, draws.exampleIds[row] ?? 0, call);
      for (let i = 0; i < width; i++) values[row * width + i] = drawOne(request, stream);
    }
    return tf.tensor(values, [rows, ...request.shape]);
  });
}

function drawOne({ kind, rate }: DrawRequest, stream: RandomStream): number {
  if (kind === 'normal') return stream.normal();
  const uniform = (stream.uint32() >>> 8) / 0x100_0000; // 24 bits: exact in float32, and below 1
  if (kind === 'uniform') return uniform;
  return uniform < rate ? 0 : 1 / (1 - rate);
}
