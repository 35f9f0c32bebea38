// spikes/step-00000012.msgpack: the weights before a step and its whole batch, as one record, for `bridle replay`.
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { ShardBatch } from '../data/shard-batch.js';
import { CheckpointError, ConfigError } from '../errors.js';
import type { ModelSpec } from '../params/model-spec.js';
import { modelSchema } from '../protocol/run-spec.js';
import { decodeRecord, encodeRecord, type RecordLimits } from '../records/records.js';
import { writeAtomically } from './atomic-write.js';
import { nameStep } from './checkpoint-folders.js';
import { digestBytes } from './digest.js';
import { diskError, systemCode } from './disk-error.js';

const formatVersion = 1;

export interface SavedShard {
  readonly shard: number;
  /** Of the batch's first rows; the rest is padding. */
  readonly exampleIds: readonly number[];
  readonly batch: ShardBatch;
}

export interface SavedStep {
  readonly runId: string;
  readonly step: number;
  readonly reason: 'spike' | 'non-finite';
  /** NaN: a shard was not finite, and no norm was taken. */
  readonly gradNorm: number;
  readonly model: ModelSpec;
  /** The weights that the gradient was taken at. */
  readonly params: Float32Array;
  readonly shards: readonly SavedShard[];
}

const whole = z.int().min(0);
const bytes = z.instanceof(Uint8Array).refine(({ length }) => length % 4 === 0);
const values = z.object({ kind: z.enum(['int32', 'float32']), bytes });
const schema = z.object({
  formatVersion: z.literal(formatVersion),
  runId: z.string(),
  step: whole,
  reason: z.enum(['spike', 'non-finite']),
  gradNorm: z.number().or(z.nan()),
  model: modelSchema,
  paramsDigest: z.string(),
  params: bytes,
  shards: z.array(
    z.object({
      shard: whole,
      exampleIds: bytes,
      rows: whole,
      steps: whole,
      lengths: bytes,
      inputs: values,
      targets: values,
    }),
  ),
});

/** A saved step is read from the user's own disk: limits against slips, not against malice. */
const limits: RecordLimits = { maxBytes: 2 ** 31 - 1, maxDepth: 16, maxElements: 1 << 20 };

export function encodeSavedStep({ runId, step, reason, gradNorm, model, params, shards }: SavedStep): Uint8Array {
  return encodeRecord({
    formatVersion,
    runId,
    step,
    reason,
    gradNorm,
    model: { ...model },
    paramsDigest: digestBytes(bytesOf(params)),
    params: bytesOf(params),
    shards: shards.map(({ shard, exampleIds, batch }) => ({
      shard,
      exampleIds: bytesOf(Int32Array.from(exampleIds)),
      rows: batch.rows,
      steps: batch.steps,
      lengths: bytesOf(batch.lengths),
      inputs: encodeValues(batch.inputs),
      targets: encodeValues(batch.targets),
    })),
  });
}

/** Writes a saved step into the run's folder; returns its path. Throws CheckpointError DISK_FULL or DISK_WRITE. */
export async function writeSavedStep(runDir: string, step: number, content: Uint8Array): Promise<string> {
  const folder = join(runDir, 'spikes');
  const path = join(folder, `${nameStep(step)}.msgpack`);
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    throw diskError(error, folder, 'The commit log and the checkpoints are untouched.');
  }
  await writeAtomically(path, content);
  return path;
}

/** Reads a saved step and checks its sizes. Throws ConfigError SAVED_STEP_MISSING or CheckpointError SAVED_STEP_DAMAGED. */
export async function readSavedStep(path: string): Promise<SavedStep> {
  let content: Uint8Array;
  try {
    content = await readFile(path);
  } catch (error) {
    const message = `${path} cannot be read (${systemCode(error) ?? String(error)}). Name a file in the folder spikes of a run; --save-spikes writes them.`;
    throw new ConfigError('SAVED_STEP_MISSING', message, { cause: error });
  }
  let record: unknown;
  try {
    record = decodeRecord(content, limits);
  } catch (error) {
    throw damaged(path, error instanceof Error ? error.message : String(error), error);
  }
  const parsed = schema.safeParse(record);
  if (!parsed.success) throw damaged(path, z.prettifyError(parsed.error));
  const { params, paramsDigest, shards, formatVersion: _, ...rest } = parsed.data;
  if (digestBytes(params) !== paramsDigest) throw damaged(path, 'its weights have another digest than it says');
  return { ...rest, model: rest.model, params: float32(params), shards: shards.map(decodeShard) };
}

type RawShard = z.infer<typeof schema>['shards'][number];

function decodeShard({ shard, exampleIds, rows, steps, lengths, inputs, targets }: RawShard): SavedShard {
  const batch = { rows, steps, lengths: int32(lengths), inputs: decodeValues(inputs), targets: decodeValues(targets) };
  return { shard, exampleIds: [...int32(exampleIds)], batch };
}

function encodeValues(array: Int32Array | Float32Array) {
  return { kind: array instanceof Int32Array ? 'int32' : 'float32', bytes: bytesOf(array) };
}

function decodeValues({ kind, bytes: content }: z.infer<typeof values>): Int32Array | Float32Array {
  return kind === 'int32' ? int32(content) : float32(content);
}

function bytesOf({ buffer, byteOffset, byteLength }: Int32Array | Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

// The decoder's copies are aligned for any typed array.
function int32({ buffer, byteOffset, byteLength }: Uint8Array): Int32Array {
  return new Int32Array(buffer, byteOffset, byteLength / 4);
}

function float32({ buffer, byteOffset, byteLength }: Uint8Array): Float32Array {
  return new Float32Array(buffer, byteOffset, byteLength / 4);
}

function damaged(path: string, problem: string, cause?: unknown): CheckpointError {
  const message = `${path} is not a saved step that can be used: ${problem}. Take another file, or run again with --save-spikes.`;
  return new CheckpointError('SAVED_STEP_DAMAGED', message, { cause });
}
