// The face of checkpoints on disk: `checkpoints/step-00000500/` and the pointers `last` and `best` (docs/checkpoints.md).
export { markBest, pruneCheckpoints, sweepCheckpoints } from './checkpoint-folders.js';
export { digestState, newestDigest } from './digest.js';
export type { DigestAlgorithm } from './digest.js';
export type { CheckpointManifest } from './manifest.js';
export { newestCheckpoint, readCheckpoint } from './read-checkpoint.js';
export type { LoadedCheckpoint } from './read-checkpoint.js';
export type { TrainingSnapshot } from './snapshot.js';
export { writeCheckpoint } from './write-checkpoint.js';
