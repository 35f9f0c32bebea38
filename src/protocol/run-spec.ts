// What a worker must know of a run, as JSON inside Welcome: the model, the data's shape and the cut into shards.
import { z } from 'zod';
import { ProtocolError } from '../errors.js';
import { defaultLimits, type ProtocolLimits } from './limits.js';
import { wireDtypes } from './wire-dtype.js';

const size = z.int().min(1).max(1_000_000);
const share = z.number().min(0).lt(1);

/** A built-in model as plain values. */
export const modelSchema = z.object({
  cell: z.enum(['rnn', 'relu', 'lstm', 'gru']),
  layers: z.int().min(1).max(64),
  inputs: z.enum(['dense', 'ids']),
  inputSize: size,
  hiddenSize: size,
  outputSize: size,
  loss: z.enum(['softmax', 'squared-error', 'binary']),
  targetsPer: z.enum(['sequence', 'step']),
  bidirectional: z.exactOptional(z.boolean()),
  embeddingSize: z.exactOptional(size),
  dropout: z.exactOptional(share),
  norm: z.exactOptional(z.enum(['layer', 'rms', 'batch', 'batch-step', 'batch-ghost'])),
  normSteps: z.exactOptional(size),
  zoneout: z.exactOptional(share),
  zoneoutCell: z.exactOptional(share),
  variationalDropout: z.exactOptional(share),
  recurrentDropout: z.exactOptional(share),
  omega: z.exactOptional(z.number().min(0)),
});

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** A model of the user's own: workers have its files, and compare. */
const ownModelSchema = z.object({
  own: z.enum(['module', 'layers']),
  name: z.string().max(256),
  files: z
    .array(z.object({ path: z.string().max(1024), sha256 }))
    .min(1)
    .max(256)
    .readonly(),
  params: z
    .array(
      z.object({
        name: z.string().min(1).max(256),
        shape: z.array(z.int().min(1)).max(6).readonly(),
        group: z.enum(['input', 'recurrent', 'bias', 'output']),
      }),
    )
    .min(1)
    .readonly(),
  loss: z.exactOptional(z.enum(['softmax', 'squared-error', 'binary'])),
});

const runSpecSchema = z.object({
  model: z.union([ownModelSchema, modelSchema]),
  data: z.object({
    name: z.string().max(256),
    inputs: z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('dense'), dtype: z.enum(['u8', 'f32']), features: size, scale: z.number() }),
      z.object({ kind: z.literal('ids'), vocabulary: size }),
    ]),
    targets: z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('class'), classes: size, per: z.enum(['sequence', 'step']) }),
      z.object({ kind: z.enum(['value', 'keys']), size, per: z.enum(['sequence', 'step']) }),
    ]),
    maxLength: size,
  }),
  /** Values of params, grads and each moment. */
  parameters: z.int().min(1).max(defaultLimits.maxTensorValues),
  shards: z.int().min(1).max(defaultLimits.maxShards),
  /** Padded rows of a training shard. */
  rows: size,
  /** Of the run: what a worker draws, it draws from (seed, step, example id, purpose). */
  seed: z.int().min(0).default(0),
  /** The number format of gradients; each shard's is sent alone where it is not f32. */
  wire: z.enum(wireDtypes).default('f32'),
});

export type RunSpec = z.infer<typeof runSpecSchema>;

/** Parses and checks the JSON of Welcome.run_spec; anything else is a ProtocolError. Unknown keys are left out. */
export function parseRunSpec(json: string, limits: ProtocolLimits = defaultLimits): RunSpec {
  if (json.length > limits.maxRunSpecBytes) {
    throw new ProtocolError(
      'RUN_SPEC_INVALID',
      `The run spec has ${json.length} characters, at most ${limits.maxRunSpecBytes} are allowed.`,
    );
  }
  const parsed = runSpecSchema.safeParse(parseJson(json));
  if (parsed.success) return parsed.data;
  throw new ProtocolError(
    'RUN_SPEC_INVALID',
    `The coordinator's run spec was refused: ${z.prettifyError(parsed.error)}`,
  );
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw new ProtocolError('RUN_SPEC_INVALID', 'The run spec of the coordinator is not JSON.', { cause });
  }
}
