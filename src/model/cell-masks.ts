// What the cells of a stack draw: zoneout, variational and recurrent dropout. A value is a function of (seed, step, example,
// purpose, layer and direction), so it is the same wherever and beside whatever the example is computed.
import type { ShardBatch } from '../data/shard-batch.js';
import { ConfigError } from '../errors.js';
import { layerInputSize, numDirections, type ModelSpec } from '../params/model-spec.js';
import { drawMask } from '../random/dropout-mask.js';
import { streamKey } from '../random/random-stream.js';

/**
 * `inputs`, `hidden`: factors of a sequence's x and h; `candidate`: factors at each step; `keepHidden`, `keepCell`: 1 where the old
 * value stays.
 */
export type CellMaskName = 'inputs' | 'hidden' | 'candidate' | 'keepHidden' | 'keepCell';

/** `values` [steps, rows, size], `steps` 1 for the whole sequence. */
export interface CellMask {
  readonly steps: number;
  readonly values: Float32Array;
}

export type CellMasks = Readonly<Partial<Record<CellMaskName, CellMask>>>;

/** How one mask is drawn. */
interface Drawing {
  readonly name: CellMaskName;
  readonly share: number;
  readonly size: number;
  readonly isPerStep: boolean;
}

/** Draws the masks of all layers [layer][direction]; empty where the model draws none. Throws `MODEL_DRAWS_MISSING`. */
export function drawCellMasks(spec: ModelSpec, shards: readonly ShardBatch[], stackRows: number): CellMasks[][] {
  if (drawingsOf(spec, 0).length === 0) return [];
  return Array.from({ length: spec.layers }, (_, layer) =>
    Array.from({ length: numDirections(spec) }, (__, direction) => {
      const place = 2 * layer + direction;
      const drawn = drawingsOf(spec, layer).map((how) => [how.name, draw(how, place, shards, stackRows)] as const);
      return Object.fromEntries(drawn);
    }),
  );
}

function drawingsOf(spec: ModelSpec, layer: number): Drawing[] {
  const { hiddenSize: units, zoneout = 0, zoneoutCell = 0, variationalDropout = 0, recurrentDropout = 0 } = spec;
  const drawings: Drawing[] = [
    { name: 'inputs', share: variationalDropout, size: layerInputSize(spec, layer), isPerStep: false },
    { name: 'hidden', share: variationalDropout, size: units, isPerStep: false },
    { name: 'candidate', share: recurrentDropout, size: units, isPerStep: true },
    { name: 'keepHidden', share: zoneout, size: units, isPerStep: true },
    { name: 'keepCell', share: zoneoutCell, size: units, isPerStep: true },
  ];
  return drawings.filter(({ share }) => share > 0);
}

function draw(
  { name, share, size, isPerStep }: Drawing,
  place: number,
  shards: readonly ShardBatch[],
  stackRows: number,
): CellMask {
  const steps = isPerStep ? shards[0]!.steps : 1;
  const values = new Float32Array(steps * stackRows * size);
  const isKeeping = name === 'keepHidden' || name === 'keepCell';
  shards.forEach(({ rows, lengths, draws }, index) => {
    if (!draws)
      throw new ConfigError('MODEL_DRAWS_MISSING', 'A model with dropout needs seed, step and example ids to train.');
    lengths.forEach((length, row) => {
      if (length === 0) return;
      const key = streamKey(draws.seed, `cell/${name}`, draws.step, draws.exampleIds[row] ?? 0, place);
      const first = (index * rows + row) * size;
      drawMask(key, (isPerStep ? length : 1) * size, share, (i, factor) => {
        const kept = isKeeping ? Number(factor === 0) : factor;
        values[Math.floor(i / size) * stackRows * size + first + (i % size)] = kept;
      });
    });
  });
  return { steps, values };
}
