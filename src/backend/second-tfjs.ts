// Finds out whether somebody has loaded another copy of tfjs beside the one that computes. Copies share their engine through a
// global, and overwrite its operations and gradients with their own: bits would depend on who came last.
import { createRequire } from 'node:module';
import type { Backend } from './backend.js';

const require = createRequire(import.meta.url);

export interface TfjsWatch {
  readonly tf: Backend['tf'];
  /** Every copy of tfjs-core puts a platform of its own into the shared environment when it loads. */
  readonly platform: unknown;
}

/** Notes what is loaded now. */
export function watchTfjs(tf: Backend['tf']): TfjsWatch {
  return { tf, platform: tf.env().platform };
}

/** Names the other copy that was loaded since, or undefined. */
export function findSecondTfjs({ tf, platform }: TfjsWatch): string | undefined {
  if (tf.env().platform === platform) return undefined;
  const own = require.resolve('@tensorflow/tfjs-core');
  const core = /[\\/]@tensorflow[\\/]tfjs-core[\\/]dist[\\/]tf-core\.[^\\/]*$/;
  return Object.keys(require.cache).find((path) => core.test(path) && path !== own) ?? 'as ECMAScript modules';
}
