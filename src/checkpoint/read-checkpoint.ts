// Reading a checkpoint: nothing is used before its size, its SHA-256, its layout and its digest are what was written.
import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { CheckpointError } from '../errors.js';
import type { OptimizerState } from '../optim/optimizer.js';
import { decodeRecord } from '../records/records.js';
import { layTensors, viewTensor, type Layout } from '../tensor/layout.js';
import { decodeSafetensors } from '../tensor/safetensors.js';
import { checkpointsFolder, listSteps } from './checkpoint-folders.js';
import { digestBytes, digestState } from './digest.js';
import { systemCode } from './disk-error.js';
import { damaged, decodeManifest, readableVersion } from './manifest.js';
import type { CheckpointFile, CheckpointManifest } from './manifest.js';
import type { TrainingSnapshot } from './snapshot.js';

export type LoadedCheckpoint = TrainingSnapshot & { readonly manifest: CheckpointManifest };

const stateSchema = z.object({
  formatVersion: readableVersion,
  step: z.int().min(0),
  scalars: z.record(z.string(), z.number().or(z.nan())),
  // Absent in checkpoints of bridle 0.1.
  histories: z.record(z.string(), z.array(z.number())).default({}),
  metrics: z.object({
    bestLoss: z.number().exactOptional(),
    bestStep: z.int().exactOptional(),
    evaluatedStep: z.int().exactOptional(),
  }),
  shardsByWorker: z.record(z.string(), z.int().min(0)),
  carried: z.record(z.string(), z.instanceof(Uint8Array)).exactOptional(),
});

/**
 * Reads one checkpoint folder and verifies all of it.
 * Throws CheckpointError CHECKPOINT_MISSING (no such folder), CHECKPOINT_DAMAGED (which file, wanted, got) or CHECKPOINT_VERSION.
 */
export async function readCheckpoint(dir: string): Promise<LoadedCheckpoint> {
  const manifest = decodeManifest((await readWhole(dir, 'manifest.json')).toString('utf8'), join(dir, 'manifest.json'));
  const layout = layTensors(manifest.layout);
  if (JSON.stringify(layout.tensors.map(place)) !== JSON.stringify(manifest.layout.map(place))) {
    throw damaged(join(dir, 'manifest.json'), 'tensors laid one after the other', 'gaps or other sizes');
  }
  const params = await readVector(dir, manifest, 'model.safetensors', layout, ['']);
  const moments = await readVector(dir, manifest, 'optimizer.safetensors', layout, manifest.moments);
  const state = await readState(dir, manifest);
  const optimizer: OptimizerState = { moments, scalars: state.scalars, histories: state.histories };
  const snapshot = {
    runId: manifest.runId,
    step: manifest.step,
    digest: manifest.digest,
    digestAlgorithm: manifest.digestAlgorithm,
    kernelId: manifest.kernelId,
    model: manifest.model,
    data: manifest.data,
    layout,
    params: params[''] ?? new Float32Array(0),
    optimizer,
    metrics: state.metrics,
    shardsByWorker: state.shardsByWorker,
    ...(state.carried && { carried: state.carried }),
    manifest,
  };
  const digest = digestState(snapshot.params, optimizer, { algorithm: manifest.digestAlgorithm });
  if (digest !== manifest.digest) throw damaged(dir, `the state with digest ${manifest.digest}`, digest);
  return snapshot;
}

/**
 * Reads the newest checkpoint of a run that is whole, and names the damaged ones that are newer.
 * Throws CHECKPOINT_MISSING when there is none, CHECKPOINT_DAMAGED when none is whole, and CHECKPOINT_VERSION at once:
 * going back behind a good checkpoint that only this release cannot read would lose work.
 */
export async function newestCheckpoint(
  runDir: string,
): Promise<{ snapshot: LoadedCheckpoint; damaged: { path: string; reason: string }[] }> {
  const bad: { path: string; reason: string }[] = [];
  for (const { path } of await listSteps(runDir)) {
    try {
      return { snapshot: await readCheckpoint(path), damaged: bad };
    } catch (error) {
      if (!(error instanceof CheckpointError) || error.code !== 'CHECKPOINT_DAMAGED') throw error;
      bad.push({ path, reason: error.message });
    }
  }
  const folder = checkpointsFolder(runDir);
  if (bad.length === 0) {
    throw new CheckpointError(
      'CHECKPOINT_MISSING',
      `${folder} holds no checkpoint. Start the run anew, without --resume.`,
    );
  }
  throw new CheckpointError(
    'CHECKPOINT_DAMAGED',
    `None of the ${bad.length} checkpoints in ${folder} is whole: ${bad.map(({ reason }) => reason).join(' ')}`,
  );
}

async function readWhole(dir: string, file: string): Promise<Buffer> {
  const path = join(dir, file);
  try {
    return await readFile(path);
  } catch (error) {
    const code = systemCode(error);
    if (code === undefined) throw error;
    const isMissing = code === 'ENOENT' && file === 'manifest.json' && !(await exists(dir));
    if (!isMissing) throw damaged(path, 'a file that can be read', code === 'ENOENT' ? 'no file' : code, error);
    throw new CheckpointError(
      'CHECKPOINT_MISSING',
      `${dir} does not exist. Name a folder like checkpoints/step-00000500.`,
    );
  }
}

async function readVerified(dir: string, manifest: CheckpointManifest, file: CheckpointFile): Promise<Buffer> {
  const bytes = await readWhole(dir, file);
  const wanted = manifest.files[file];
  if (bytes.length !== wanted.bytes) throw damaged(join(dir, file), `${wanted.bytes} bytes`, `${bytes.length}`);
  const sha256 = digestBytes(bytes);
  if (sha256 !== wanted.sha256) throw damaged(join(dir, file), `SHA-256 ${wanted.sha256}`, sha256);
  return bytes;
}

/** Reads the tensors of `<prefix>.<name>` of each prefix into one flat vector each, by the layout. */
async function readVector(
  dir: string,
  manifest: CheckpointManifest,
  file: CheckpointFile,
  layout: Layout,
  prefixes: readonly string[],
): Promise<Record<string, Float32Array>> {
  const path = join(dir, file);
  const bytes = await readVerified(dir, manifest, file);
  // As a plain Uint8Array: a Buffer's slices are views, and a view may start where no Float32Array can.
  const plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
  const { tensors } = decoded(path, () => decodeSafetensors(plain, path));
  if (tensors.size !== prefixes.length * layout.tensors.length) {
    throw damaged(path, `${prefixes.length * layout.tensors.length} tensors`, `${tensors.size}`);
  }
  const vectors: Record<string, Float32Array> = {};
  for (const prefix of prefixes) {
    const vector = new Float32Array(layout.size);
    for (const spec of layout.tensors) {
      const name = prefix === '' ? spec.name : `${prefix}.${spec.name}`;
      const tensor = tensors.get(name);
      if (tensor === undefined || tensor.shape.join() !== spec.shape.join()) {
        const got = tensor === undefined ? 'no such tensor' : `shape [${tensor.shape.join(', ')}]`;
        throw damaged(path, `${name} of shape [${spec.shape.join(', ')}]`, got);
      }
      viewTensor(vector, spec).set(tensor.values);
    }
    vectors[prefix] = vector;
  }
  return vectors;
}

async function readState(dir: string, manifest: CheckpointManifest): Promise<z.infer<typeof stateSchema>> {
  const path = join(dir, 'state.msgpack');
  const bytes = await readVerified(dir, manifest, 'state.msgpack');
  const state = stateSchema.safeParse(decoded(path, () => decodeRecord(bytes)));
  if (!state.success) throw damaged(path, 'the fields of docs/checkpoints.md', z.prettifyError(state.error));
  if (state.data.step !== manifest.step) throw damaged(path, `step ${manifest.step}`, `step ${state.data.step}`);
  return state.data;
}

function decoded<T>(path: string, decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    throw damaged(path, 'bytes that decode', error instanceof Error ? error.message : String(error), error);
  }
}

function place({ name, shape, offset, size }: CheckpointManifest['layout'][number] | Layout['tensors'][number]) {
  return { name, shape, offset, size };
}

async function exists(dir: string): Promise<boolean> {
  try {
    await access(dir);
    return true;
  } catch {
    return false; // why it cannot be reached is in the error that the caller already holds
  }
}
