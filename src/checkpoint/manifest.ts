// manifest.json: what a checkpoint is and which bytes belong to it. Its last line is a hash of all before it.
import { z } from 'zod';
import { CheckpointError } from '../errors.js';
import { parameterGroups } from '../tensor/layout.js';
import { digestAlgorithms, digestBytes } from './digest.js';

/** Version 2 names the digest's algorithm; version 1 has `sha256`. */
export const checkpointFormatVersion = 2;
/** Any version that this release reads. */
export const readableVersion = z.union([z.literal(1), z.literal(checkpointFormatVersion)]);
export const checkpointFiles = ['model.safetensors', 'optimizer.safetensors', 'state.msgpack'] as const;
export type CheckpointFile = (typeof checkpointFiles)[number];

const count = z.int().min(0);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const fileEntry = z.object({ bytes: count, sha256 });

const manifestSchema = z.object({
  formatVersion: readableVersion,
  runId: z.string(),
  step: count,
  digest: sha256,
  digestAlgorithm: z.enum(digestAlgorithms).default('sha256'),
  kernelId: z.string(),
  layout: z.array(
    z.object({
      name: z.string(),
      shape: z.array(count),
      offset: count,
      size: count,
      group: z.enum(parameterGroups),
    }),
  ),
  moments: z.array(z.string()),
  model: z.record(z.string(), z.unknown()),
  data: z.record(z.string(), z.unknown()),
  files: z.object({ 'model.safetensors': fileEntry, 'optimizer.safetensors': fileEntry, 'state.msgpack': fileEntry }),
});

export type CheckpointManifest = z.infer<typeof manifestSchema>;

/** Writes a manifest as JSON that a person can read, ended by the SHA-256 of the text before that last field. */
export function encodeManifest(manifest: CheckpointManifest): string {
  const head = JSON.stringify(manifest, null, 2).replace(/\n\}$/, '');
  return head + trailer(head);
}

/**
 * Reads a manifest and checks every byte of it. `path` is for the messages.
 * Throws CheckpointError CHECKPOINT_DAMAGED, or CHECKPOINT_VERSION for a whole manifest of another format version.
 */
export function decodeManifest(text: string, path: string): CheckpointManifest {
  const end = text.lastIndexOf(',\n  "sha256": "');
  const head = text.slice(0, Math.max(end, 0));
  if (end < 0 || text.slice(end) !== trailer(head)) {
    throw damaged(path, 'a last field "sha256" that fits the text before it', end < 0 ? 'none' : 'another hash');
  }
  const value = parseJson(`${head}}`, path);
  const version = z.object({ formatVersion: z.number() }).safeParse(value);
  if (version.success && !readableVersion.safeParse(version.data.formatVersion).success) {
    throw new CheckpointError(
      'CHECKPOINT_VERSION',
      `${path} has format version ${version.data.formatVersion}, this bridle reads 1 to ${checkpointFormatVersion}. ` +
        'Use the release of bridle that wrote it, or a newer one.',
    );
  }
  const manifest = manifestSchema.safeParse(value);
  if (!manifest.success) throw damaged(path, 'the fields of docs/checkpoints.md', z.prettifyError(manifest.error));
  return manifest.data;
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw damaged(path, 'JSON', 'other text', error);
  }
}

/** Names a file of a checkpoint that cannot be trusted. */
export function damaged(path: string, wanted: string, got: string, cause?: unknown): CheckpointError {
  return new CheckpointError(
    'CHECKPOINT_DAMAGED',
    `${path} is damaged: wanted ${wanted}, got ${got}. Go on from the checkpoint before it (--resume does so by itself).`,
    { cause },
  );
}

function trailer(head: string): string {
  return `,\n  "sha256": "${digestBytes(head)}"\n}\n`;
}
