// The face of an optimizer: pure on flat vectors, float32 at every operation, PyTorch's semantics.
import type { ByGroup } from './by-group.js';

export interface OptimizerOptions {
  readonly name: 'sgd' | 'rmsprop' | 'adam' | 'adamw';
  /** sgd and rmsprop; 0: none. */
  readonly momentum: number;
  /** sgd with momentum: looks ahead along it (Nesterov 1983). */
  readonly nesterov: boolean;
  /** rmsprop: decay of the mean square. */
  readonly alpha: number;
  /** adam and adamw: divides by the largest mean square so far (Reddi, Kale and Kumar 2018). */
  readonly amsgrad: boolean;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: ByGroup;
}

/**
 * `moments`: flat vectors by PyTorch's names (`exp_avg`, `square_avg`, `momentum_buffer`, ...). `scalars`: step count, running
 * products, and with a dot in their names what other rules keep. `histories`: values of the last steps, finite, oldest first.
 */
export interface OptimizerState {
  readonly moments: Readonly<Record<string, Float32Array>>;
  readonly scalars: Record<string, number>;
  readonly histories: Record<string, number[]>;
}

/** A kernel that does what `update` does, after clipping, checks the weights and digests what it writes. */
export interface UpdateKernel {
  readonly name: 'sgd' | 'sgdMomentum' | 'adam';
  readonly moments: readonly string[];
  /** Counts the step; returns the factors that the kernel takes between the clip coefficient and its sums. */
  advance(state: OptimizerState, learningRate: number): readonly number[];
}

export interface Optimizer {
  /** Makes the state before the first step, for `size` parameters. */
  init(size: number): OptimizerState;
  /** Updates `params` and `state` in place from `grads` (already clipped). */
  update(state: OptimizerState, params: Float32Array, grads: Float32Array, learningRate: number): void;
  /** The same in one pass over memory; absent where no kernel does it. */
  readonly kernel?: UpdateKernel;
}
