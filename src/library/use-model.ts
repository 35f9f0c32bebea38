// The library's ways to use a trained model. What they need is loaded when they are called.
import type { EvaluateOptions, Evaluation, LoadOptions, Model } from './model.js';

/**
 * Loads the model of a checkpoint folder, or the newest of a run folder (or of `runs/latest`).
 * Throws CheckpointError RUN_NOT_FOUND, CHECKPOINT_..., MODEL_UNKNOWN, ConfigError BACKEND_UNAVAILABLE.
 */
export async function loadModel(path: string, options: LoadOptions = {}): Promise<Model> {
  const { openModel } = await import('./open-model.js');
  return (await openModel(path, options)).model;
}

/**
 * Computes the scores of a checkpoint in its run's folder, or of the newest of a run: to the digit what the run printed, on the
 * same backend. Throws as `loadModel`, ConfigError RUN_CONFIG, SPLIT_MISSING, DATA_PREPROCESSING and those of the data.
 */
export async function evaluate(path: string, options: EvaluateOptions = {}): Promise<Evaluation> {
  const { evaluateCheckpoint } = await import('./evaluate-checkpoint.js');
  return evaluateCheckpoint(path, options);
}
