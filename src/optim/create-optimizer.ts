// Makes the optimizer that the options name.
import { createAdam } from './adam.js';
import type { Optimizer, OptimizerOptions } from './optimizer.js';
import { createSgd } from './sgd.js';

/** Makes an optimizer; its state lives outside it (`init`), so that a checkpoint can hold it. */
export function createOptimizer(options: OptimizerOptions): Optimizer {
  return options.name === 'sgd' ? createSgd(options) : createAdam(options);
}
