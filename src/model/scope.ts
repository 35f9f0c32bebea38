// A scope for tensors whose results are plain values. Not `tf.tidy`: it walks what comes out for tensors, each element of an array.
import type { Tfjs } from './tfjs.js';

/** Frees every tensor made inside, also when `run` throws; what comes out holds none. */
export function inScope<Result>(tf: Tfjs, run: () => Result): Result {
  tf.engine().startScope();
  try {
    return run();
  } finally {
    tf.engine().endScope();
  }
}
