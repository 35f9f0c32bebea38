// Makes the optimizer that the options name.
import type { Layout } from '../tensor/layout.js';
import { createAdam } from './adam.js';
import type { Optimizer, OptimizerOptions } from './optimizer.js';
import { createRmsprop } from './rmsprop.js';
import { createSgd } from './sgd.js';

/**
 * Makes an optimizer; its state lives outside it (`init`), so that a checkpoint can hold it. `layout` says where the groups
 * lie, and is needed when weight decay differs between them.
 */
export function createOptimizer(options: OptimizerOptions, layout?: Layout): Optimizer {
  if (options.name === 'sgd') return createSgd(options, layout);
  return options.name === 'rmsprop' ? createRmsprop(options, layout) : createAdam(options, layout);
}
