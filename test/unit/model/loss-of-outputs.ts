// The summed loss of a batch from the outputs alone, in float64 and as the formulas stand: what predict gives must be what evaluate scores.
import type { ShardBatch } from '../../../src/data/shard-batch.js';
import type { ModelSpec } from '../../../src/params/model-spec.js';

export function lossOfOutputs(spec: ModelSpec, outputs: Float32Array, shard: ShardBatch): number {
  const { outputSize: size, loss, targetsPer } = spec;
  let sum = 0;
  shard.lengths.forEach((length, row) => {
    for (let step = 0; step < (targetsPer === 'step' ? length : Math.min(length, 1)); step++) {
      const target = targetsPer === 'step' ? step * shard.rows + row : row;
      const values = [...outputs.subarray(target * size, (target + 1) * size)];
      if (loss === 'softmax') {
        const total = values.reduce((partial, value) => partial + Math.exp(value), 0);
        sum += Math.log(total) - values[shard.targets[target]!]!;
        continue;
      }
      values.forEach((value, i) => {
        const wanted = shard.targets[target * size + i]!;
        sum += loss === 'binary' ? Math.log(1 + Math.exp(value)) - wanted * value : (value - wanted) ** 2;
      });
    }
  });
  return sum;
}
