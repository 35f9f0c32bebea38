// A tf.LayersModel as tfjs saves it: model.json with topology and manifest, and files of weights beside it.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { z } from 'zod';
import { ConfigError } from '../errors.js';
import { checkTopology } from './check-topology.js';
import type { LossName } from '../params/model-spec.js';
import type { OwnModelSpec, OwnParam } from '../params/own-model-spec.js';
import { layTensors } from '../tensor/layout.js';

const schema = z.object({
  modelTopology: z.record(z.string(), z.unknown()),
  weightsManifest: z
    .array(
      z.object({
        paths: z.array(z.string().min(1)),
        weights: z.array(
          z.object({ name: z.string().min(1).max(256), shape: z.array(z.int().min(1)), dtype: z.string() }),
        ),
      }),
    )
    .min(1),
});

export interface LayersFile {
  readonly modelTopology: object;
  readonly spec: OwnModelSpec;
  /** Reads the weights, flat. Throws ConfigError LAYERS_FILE. */
  readWeights(): Promise<Float32Array>;
}

/** Reads a model.json, to be trained with `loss`. Throws ConfigError LAYERS_FILE with the field, LAYERS_UNSUPPORTED. */
export async function readLayersFile(path: string, loss?: LossName): Promise<LayersFile> {
  const refuse = (problem: string, cause?: unknown): ConfigError =>
    new ConfigError('LAYERS_FILE', `${path}: ${problem} Save it with model.save('file://FOLDER').`, { cause });
  const text = await read(path, refuse);
  const parsed = schema.safeParse(parseJson(text.toString('utf8'), refuse));
  if (!parsed.success) throw refuse(`this is no saved tf.LayersModel: ${z.prettifyError(parsed.error)}`);
  const { modelTopology, weightsManifest } = parsed.data;
  checkTopology(path, modelTopology);
  const weights = weightsManifest.flatMap((group) => group.weights);
  const other = weights.find(({ dtype }) => dtype !== 'float32');
  if (other) throw refuse(`the weight ${other.name} is ${other.dtype}; wanted float32, not quantized.`);
  const params = weights.map(({ name, shape }): OwnParam => ({ name, shape, group: groupOf(name, shape) }));
  const sha256 = createHash('sha256').update(text).digest('hex');
  return {
    modelTopology,
    spec: { own: 'layers', name: basename(path), files: [{ path: '.', sha256 }], params, ...(loss && { loss }) },
    readWeights: async () => {
      const { size } = layTensors(params);
      const parts = weightsManifest.flatMap((group) => group.paths).map((part) => readPart(path, part, refuse));
      const bytes = Buffer.concat(await Promise.all(parts));
      if (bytes.length !== 4 * size)
        throw refuse(`its weights have ${bytes.length} bytes, the manifest says ${4 * size}.`);
      const values = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
      if (values.some((value) => !Number.isFinite(value))) throw refuse('its weights hold a value that is not finite.');
      return values;
    },
  };
}

type Refuse = (problem: string, cause?: unknown) => ConfigError;

async function read(path: string, refuse: Refuse): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw refuse(`cannot be read (${(cause as NodeJS.ErrnoException).code ?? String(cause)}).`, cause);
  }
}

/** Weights lie beside the model.json, or in folders there: a path that leads elsewhere is none that tfjs wrote. */
function readPart(path: string, part: string, refuse: Refuse): Promise<Buffer> {
  const file = join(dirname(path), part);
  if (relative(dirname(path), file).startsWith('..'))
    throw refuse(`its file of weights ${part} lies outside its folder.`);
  return read(file, (problem, cause) => refuse(`its file of weights ${part} ${problem}`, cause));
}

function parseJson(text: string, refuse: Refuse): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw refuse(`is not JSON: ${cause instanceof Error ? cause.message : String(cause)}.`, cause);
  }
}

function groupOf(name: string, shape: readonly number[]): OwnParam['group'] {
  if (shape.length < 2) return 'bias';
  return name.includes('recurrent') ? 'recurrent' : 'input';
}
