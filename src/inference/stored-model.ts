// What a checkpoint says of its model and data, read back from the plain records in its manifest.
import { z } from 'zod';
import type { DataSpec } from '../data/data-spec.js';
import type { Preprocessing } from '../data/preprocessing.js';
import { CheckpointError } from '../errors.js';
import { layoutOfModel } from '../params/layout-of-model.js';
import type { ModelSpec } from '../params/model-spec.js';
import { modelSchema } from '../protocol/run-spec.js';

const count = z.int().min(1);
const per = z.enum(['sequence', 'step']);

const columns = z.array(z.object({ name: z.string(), shift: z.number(), scale: z.number() })).readonly();
const dataSchema: z.ZodType<DataSpec & { readonly preprocessing?: Preprocessing }> = z.object({
  name: z.string(),
  inputs: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('dense'), dtype: z.enum(['u8', 'f32']), features: count, scale: z.number() }),
    z.object({ kind: z.literal('ids'), vocabulary: count }),
  ]),
  targets: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('class'), classes: count, per }),
    z.object({ kind: z.enum(['value', 'keys']), size: count, per }),
  ]),
  maxLength: count,
  preprocessing: z
    .object({
      version: z.literal(1),
      vocabulary: z.string().exactOptional(),
      inputs: columns.exactOptional(),
      targets: columns.exactOptional(),
      horizon: count.exactOptional(),
    })
    .exactOptional(),
});

/** A model with its weights and what its inputs and outputs mean; all of it from a checkpoint. */
export interface StoredModel {
  readonly spec: ModelSpec;
  readonly params: Float32Array;
  readonly data: DataSpec;
  readonly preprocessing: Preprocessing | undefined;
}

interface Snapshot {
  readonly model: unknown;
  readonly data: unknown;
  readonly params: Float32Array;
}

/** Reads the model of the checkpoint at `path`. Throws CheckpointError MODEL_UNKNOWN for one that is none of the built-in models. */
export function readStoredModel(snapshot: Snapshot, path: string): StoredModel {
  const spec = modelSchema.safeParse(snapshot.model);
  const data = dataSchema.safeParse(snapshot.data);
  if (!spec.success || !data.success) {
    const problems = [spec, data].flatMap(({ error }) => (error ? [z.prettifyError(error)] : [])).join('; ');
    throw unknown(path, problems);
  }
  const { size } = layoutOfModel(spec.data);
  if (size !== snapshot.params.length) throw unknown(path, `${size} parameters wanted, got ${snapshot.params.length}`);
  const { preprocessing, ...rest } = data.data;
  return { spec: spec.data, params: snapshot.params, data: rest, preprocessing };
}

function unknown(path: string, problems: string): CheckpointError {
  return new CheckpointError(
    'MODEL_UNKNOWN',
    `The checkpoint ${path} holds no model that can be used without its run: ${problems}. Only bridle's own models can.`,
  );
}
