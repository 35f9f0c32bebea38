// A scope for tensors whose results are plain values. Not `tf.tidy`: it walks what comes out for tensors, each element of an array.
import type { Tensor } from '@tensorflow/tfjs';
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

/** A scope that is entered again and again: what was made in it stays until it is freed. */
export interface LastingScope {
  run<Result>(make: () => Result): Result;
  free(): void;
}

export function lastingScope(tf: Tfjs): LastingScope {
  const held: Tensor[] = [];
  return {
    run(make) {
      const engine = tf.engine();
      engine.startScope();
      try {
        return make();
      } finally {
        held.push(...engine.state.activeScope.track.filter(({ isDisposed }) => !isDisposed).map((one) => tf.keep(one)));
        engine.endScope();
      }
    },
    free: () => tf.dispose(held.splice(0)),
  };
}
