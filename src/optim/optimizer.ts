// The face of an optimizer: pure on flat vectors, float32 at every operation, PyTorch's semantics.

export interface OptimizerOptions {
  readonly name: 'sgd' | 'adam' | 'adamw';
  readonly momentum: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
}

/** `moments`: flat vectors by PyTorch's names (`exp_avg`, `exp_avg_sq`, `momentum_buffer`). `scalars`: step count, running products. */
export interface OptimizerState {
  readonly moments: Readonly<Record<string, Float32Array>>;
  readonly scalars: Record<string, number>;
}

export interface Optimizer {
  /** Makes the state before the first step, for `size` parameters. */
  init(size: number): OptimizerState;
  /** Updates `params` and `state` in place from `grads` (already clipped). */
  update(state: OptimizerState, params: Float32Array, grads: Float32Array, learningRate: number): void;
}
