// The environment that TensorFlow reads when its addon loads. A worker_threads thread gets a copy of the environment, and what
// it writes there never reaches C++: these variables must be set in the main thread before the compute thread starts.
import { numGpus } from './available-backends.js';
import type { BackendName, BackendOptions } from './backend.js';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Lists the variables that `loadBackend` needs, for `Object.assign(process.env, ...)` in the main thread or for the
 * environment of a process to be started. What the user has set stays, but for the thread counts.
 */
export function backendEnvironment(
  name: BackendName,
  { threads }: BackendOptions,
  current: Environment,
  gpus = numGpus(),
): Record<string, string> {
  if (name !== 'tensorflow') return {};
  return {
    TF_NUM_INTRAOP_THREADS: String(threads),
    TF_NUM_INTEROP_THREADS: '1', // eager operations come one at a time
    TF_ENABLE_ONEDNN_OPTS: current['TF_ENABLE_ONEDNN_OPTS'] ?? '1', // else on only where VNNI or AMX is found; other bits than Eigen's
    TF_CPP_MIN_LOG_LEVEL: current['TF_CPP_MIN_LOG_LEVEL'] ?? '2', // errors only
    TF_FORCE_GPU_ALLOW_GROWTH: current['TF_FORCE_GPU_ALLOW_GROWTH'] ?? 'true', // or the first process takes all memory
    ...(gpus > 0 && gpuEnvironment(current)),
  };
}

/** On a card: sums in one order, and float32 as it is, where cuBLAS would round its inputs to the 10 bits of TF32. */
function gpuEnvironment(current: Environment): Record<string, string> {
  return {
    TF_DETERMINISTIC_OPS: current['TF_DETERMINISTIC_OPS'] ?? '1',
    NVIDIA_TF32_OVERRIDE: current['NVIDIA_TF32_OVERRIDE'] ?? '0',
  };
}

/** Names the variables that differ from what `loadBackend` needs. */
export function findMissingEnvironment(needed: Readonly<Record<string, string>>, current: Environment): string[] {
  return Object.keys(needed).filter((name) => current[name] !== needed[name]);
}
