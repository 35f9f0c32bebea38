// Writing a checkpoint: all files into a folder beside, each fsynced, one rename, fsync of the parent. Old or new, never neither.
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeRecord } from '../records/records.js';
import { encodeSafetensors } from '../tensor/safetensors.js';
import { viewTensor, type Layout } from '../tensor/layout.js';
import { syncFolder, writeSynced } from './atomic-write.js';
import { checkpointsFolder, listSteps, readPointer, stepPath, writePointer } from './checkpoint-folders.js';
import { digestBytes } from './digest.js';
import { diskError } from './disk-error.js';
import { checkpointFormatVersion, encodeManifest, type CheckpointFile } from './manifest.js';
import type { TrainingSnapshot } from './snapshot.js';

/**
 * Writes `checkpoints/step-<step>/` and makes `checkpoints/last` name it; returns its path and size in bytes.
 * A checkpoint of the same step is replaced. The snapshot's arrays must not change meanwhile.
 * Throws CheckpointError DISK_FULL or DISK_WRITE; every checkpoint from before is then untouched.
 */
export async function writeCheckpoint(
  runDir: string,
  snapshot: TrainingSnapshot,
): Promise<{ path: string; bytes: number }> {
  const target = stepPath(runDir, snapshot.step);
  const writing = stepPath(runDir, snapshot.step, 'writing');
  try {
    await rm(writing, { recursive: true, force: true });
    await mkdir(writing, { recursive: true });
    const bytes = await writeFiles(writing, snapshot);
    await putInPlace(runDir, snapshot.step);
    await writePointer(runDir, 'last', snapshot.step);
    return { path: target, bytes };
  } catch (error) {
    // Gives the room back; what cannot be removed now is swept at the next start, so the first error is the one to tell.
    await rm(writing, { recursive: true, force: true }).catch(() => undefined);
    throw diskError(error, `the checkpoint ${target}`, await nameLastGood(runDir, snapshot.step));
  }
}

async function writeFiles(folder: string, snapshot: TrainingSnapshot): Promise<number> {
  const contents = encodeContents(snapshot);
  const manifest = encodeManifest(describe(snapshot, contents));
  let bytes = manifest.length;
  for (const [file, content] of Object.entries(contents)) {
    await writeSynced(join(folder, file), content);
    bytes += content.byteLength;
  }
  await writeSynced(join(folder, 'manifest.json'), manifest);
  await syncFolder(folder);
  return bytes;
}

async function putInPlace(runDir: string, step: number): Promise<void> {
  const target = stepPath(runDir, step);
  const replaced = stepPath(runDir, step, 'replaced');
  const isReplacing = (await listSteps(runDir)).some((folder) => folder.path === target);
  if (isReplacing) {
    await rm(replaced, { recursive: true, force: true });
    await rename(target, replaced); // readers take it from here until the new one is in place
  }
  await rename(stepPath(runDir, step, 'writing'), target);
  await syncFolder(checkpointsFolder(runDir));
  if (isReplacing) await rm(replaced, { recursive: true });
}

function encodeContents(snapshot: TrainingSnapshot): Record<CheckpointFile, Uint8Array> {
  const { layout, params, optimizer, step, metrics, shardsByWorker, carried } = snapshot;
  const metadata = { format: 'pt', formatVersion: String(checkpointFormatVersion) };
  const moments = Object.keys(optimizer.moments).sort();
  return {
    'model.safetensors': encodeSafetensors(sliceTensors(layout, params, ''), metadata),
    'optimizer.safetensors': encodeSafetensors(
      moments.flatMap((name) => sliceTensors(layout, optimizer.moments[name] ?? new Float32Array(0), `${name}.`)),
      metadata,
    ),
    'state.msgpack': encodeRecord({
      formatVersion: checkpointFormatVersion,
      step,
      scalars: optimizer.scalars,
      histories: optimizer.histories,
      metrics,
      shardsByWorker,
      ...(carried && { carried }),
    }),
  };
}

function sliceTensors(layout: Layout, vector: Float32Array, prefix: string) {
  return layout.tensors.map((tensor) => ({
    name: prefix + tensor.name,
    shape: tensor.shape,
    values: viewTensor(vector, tensor),
  }));
}

function describe(snapshot: TrainingSnapshot, contents: Record<CheckpointFile, Uint8Array>) {
  const entry = (bytes: Uint8Array) => ({ bytes: bytes.byteLength, sha256: digestBytes(bytes) });
  return {
    formatVersion: checkpointFormatVersion as 2,
    runId: snapshot.runId,
    step: snapshot.step,
    digest: snapshot.digest,
    digestAlgorithm: snapshot.digestAlgorithm,
    kernelId: snapshot.kernelId,
    layout: snapshot.layout.tensors.map((tensor) => ({ ...tensor, shape: [...tensor.shape] })),
    moments: Object.keys(snapshot.optimizer.moments).sort(),
    model: snapshot.model,
    data: snapshot.data,
    files: {
      'model.safetensors': entry(contents['model.safetensors']),
      'optimizer.safetensors': entry(contents['optimizer.safetensors']),
      'state.msgpack': entry(contents['state.msgpack']),
    },
  };
}

async function nameLastGood(runDir: string, step: number): Promise<string> {
  const last = await readPointer(runDir, 'last').catch(() => undefined); // the disk fails already: no second error
  if (last === undefined || last === step) return 'Nothing that was saved before is lost.';
  return `Nothing that was saved before is lost: the last good checkpoint is ${stepPath(runDir, last)}.`;
}
