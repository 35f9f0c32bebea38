// spikes/step-00000012.msgpack: the weights before a step and its whole batch, as one record, for `bridle replay`.
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { ShardBatch } from '../data/shard-batch.js';
import { CheckpointError, ConfigError } from '../errors.js';
import type { ByGroup } from '../optim/by-group.js';
import type { PenaltyOptions } from '../optim/penalty.js';
import type { ModelSpec } from '../params/model-spec.js';
import { modelSchema, parseRunSpec, type RunSpec } from '../protocol/run-spec.js';
import { decodeRecord, encodeRecord, type RecordLimits } from '../records/records.js';
import { writeAtomically } from './atomic-write.js';
import { nameStep } from './checkpoint-folders.js';
import { digestBytes } from './digest.js';
import { diskError, systemCode } from './disk-error.js';

/** Files of format 1 hold neither `run` nor carried state. */
export const savedStepFormatVersion = 2;

export interface SavedShard {
  readonly shard: number;
  /** Of the batch's first rows; the rest is padding. */
  readonly exampleIds: readonly number[];
  readonly batch: ShardBatch;
}

/** What the run knew of a shard when the step was saved. */
export interface SavedReport {
  readonly shard: number;
  /** The first tensor that is not finite, or `loss`; empty: all are. */
  readonly nonFinite: string;
  readonly loss?: number;
  readonly count?: number;
  readonly squaredNorm?: number;
}

/** What it takes to compute the step again to the same bits. */
export interface SavedRun {
  /** As workers were told: seed, shards, the number format of gradients. */
  readonly spec: RunSpec;
  readonly kernelId: string;
  readonly penalty: PenaltyOptions;
  /** Of the step's collectives, in order (src/params/batch-statistics.ts). */
  readonly totals: readonly Float32Array[];
  readonly reports: readonly SavedReport[];
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
  /** Undefined in files of format 1. */
  readonly run?: SavedRun;
}

const whole = z.int().min(0);
const bytes = z.instanceof(Uint8Array).refine(({ length }) => length % 4 === 0);
const values = z.object({ kind: z.enum(['int32', 'float32']), bytes });
const number = z
  .number()
  .or(z.nan())
  .or(z.literal([Infinity, -Infinity]));
const byGroup = z.number().or(z.record(z.string(), z.number()));
const runSchema = z.object({
  spec: z.string(),
  kernelId: z.string(),
  penalty: z.object({ l1: byGroup, l2: byGroup }),
  totals: z.array(bytes),
  reports: z.array(
    z.object({
      shard: whole,
      nonFinite: z.string(),
      loss: z.exactOptional(number),
      count: z.exactOptional(whole),
      squaredNorm: z.exactOptional(number),
    }),
  ),
});
const schema = z.object({
  formatVersion: z.literal([1, savedStepFormatVersion]),
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
      carried: z.exactOptional(bytes),
    }),
  ),
  run: z.exactOptional(runSchema),
});

/** A saved step is read from the user's own disk: limits against slips, not against malice. */
const limits: RecordLimits = { maxBytes: 2 ** 31 - 1, maxDepth: 16, maxElements: 1 << 20 };

export function encodeSavedStep(saved: SavedStep): Uint8Array {
  const { runId, step, reason, gradNorm, model, params, shards, run } = saved;
  return encodeRecord({
    formatVersion: savedStepFormatVersion,
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
      ...(batch.carried && { carried: bytesOf(batch.carried) }),
    })),
    ...(run && { run: encodeRun(run) }),
  });
}

function encodeRun({ spec, kernelId, penalty, totals, reports }: SavedRun) {
  const plain = (given: ByGroup) => (typeof given === 'number' ? given : { ...given });
  return {
    spec: JSON.stringify(spec),
    kernelId,
    penalty: { l1: plain(penalty.l1), l2: plain(penalty.l2) },
    totals: totals.map(bytesOf),
    reports: reports.map((report) => ({ ...report })),
  };
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
  const { params, paramsDigest, shards, run: rawRun, formatVersion: _, ...rest } = parsed.data;
  if (digestBytes(params) !== paramsDigest) throw damaged(path, 'its weights have another digest than it says');
  const run = rawRun && decodeRun(path, rawRun);
  // What is drawn is a function of these, never of who computes.
  const drawsOf = (exampleIds: readonly number[]) =>
    run && { draws: { seed: run.spec.seed, step: rest.step - 1, exampleIds } };
  const decoded = shards.map(decodeShard).map((shard) => ({
    ...shard,
    batch: { ...shard.batch, ...drawsOf(shard.exampleIds) },
  }));
  return { ...rest, model: rest.model, params: float32(params), shards: decoded, ...(run && { run }) };
}

function decodeRun(path: string, { spec, totals, ...rest }: z.infer<typeof runSchema>): SavedRun {
  try {
    return { ...rest, spec: parseRunSpec(spec), totals: totals.map(float32) };
  } catch (error) {
    throw damaged(path, error instanceof Error ? error.message : String(error), error);
  }
}

type RawShard = z.infer<typeof schema>['shards'][number];

function decodeShard(raw: RawShard): SavedShard {
  const { shard, exampleIds, rows, steps, lengths, inputs, targets, carried } = raw;
  const batch = { rows, steps, lengths: int32(lengths), inputs: decodeValues(inputs), targets: decodeValues(targets) };
  const state = carried && { carried: float32(carried) };
  return { shard, exampleIds: [...int32(exampleIds)], batch: { ...batch, ...state } };
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
