// The environment that TensorFlow reads when its addon loads. A worker_threads thread gets a copy of the environment, and what
// it writes there never reaches C++: these variables must be set in the main thread before the compute thread starts.
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
): Record<string, string> {
  if (name !== 'tensorflow') return {};
  return {
    TF_NUM_INTRAOP_THREADS: String(threads),
    TF_NUM_INTEROP_THREADS: '1', // eager operations come one at a time
    TF_ENABLE_ONEDNN_OPTS: current['TF_ENABLE_ONEDNN_OPTS'] ?? '1', // else on only where VNNI or AMX is found; other bits than Eigen's
    TF_CPP_MIN_LOG_LEVEL: current['TF_CPP_MIN_LOG_LEVEL'] ?? '2', // errors only
    TF_FORCE_GPU_ALLOW_GROWTH: current['TF_FORCE_GPU_ALLOW_GROWTH'] ?? 'true', // or the first process takes all memory
  };
}

/** Names the variables that differ from what `loadBackend` needs. */
export function findMissingEnvironment(needed: Readonly<Record<string, string>>, current: Environment): string[] {
  return Object.keys(needed).filter((name) => current[name] !== needed[name]);
}
