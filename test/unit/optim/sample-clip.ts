// Clipping of a bare vector, for tests: one tensor that holds it all, unless a layout is given.
import { type ClipChain, type ClipContext, clipGradients, type ClipResult } from '../../../src/optim/clip.js';
import { layTensors, type Layout } from '../../../src/tensor/layout.js';

export function emptyMemory(): ClipContext['memory'] {
  return { scalars: {}, histories: {} };
}

export function clip(
  chain: ClipChain,
  grads: Float32Array,
  memory = emptyMemory(),
  { layout, params }: { layout?: Layout; params?: Float32Array } = {},
): ClipResult {
  return clipGradients(chain, grads, {
    params: params ?? new Float32Array(grads.length),
    layout: layout ?? layTensors([{ name: 'weight', shape: [grads.length], group: 'recurrent' }]),
    memory,
  });
}
