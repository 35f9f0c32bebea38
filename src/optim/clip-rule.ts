// The rules of clipping, as values: what a chain consists of, and what each rule is given.
import type { Layout } from '../tensor/layout.js';
import type { OptimizerState } from './optimizer.js';

/** Which norm is bounded: L2, or the largest absolute value. */
export type NormOrder = 2 | 'inf';

/**
 * - `global-norm`: the norm of the whole gradient (Pascanu, Mikolov and Bengio 2013).
 * - `value`: each component's size, at most `maxNorm`.
 * - `tensor-norm`: the norm of each tensor by itself (Keras's `clipnorm`).
 * - `agc`: the norm of each unit's weights, at most `factor` of the weights' own (Brock and others 2021).
 * - `percentile`: the norms of the last `window` steps give the threshold (AutoClip, Seetharaman and others 2020).
 * - `zscore`: norms more than `zThreshold` deviations above their running mean (ZClip, Kumar and others 2025).
 */
export type ClipRule =
  | { readonly name: 'global-norm'; readonly maxNorm: number; readonly order: NormOrder }
  | { readonly name: 'value'; readonly maxNorm: number }
  | { readonly name: 'tensor-norm'; readonly maxNorm: number; readonly order: NormOrder }
  | { readonly name: 'agc'; readonly factor: number }
  | { readonly name: 'percentile'; readonly percentile: number; readonly window: number }
  | { readonly name: 'zscore'; readonly zThreshold: number };

/** Rules in the order in which they act; empty: no clipping. */
export type ClipChain = readonly ClipRule[];

/** What rules look at beside the gradient. */
export interface ClipContext {
  readonly params: Float32Array;
  readonly layout: Layout;
  /** Where adaptive rules keep what they have seen, under `clip.<place in the chain>.`; part of the checkpoint. */
  readonly memory: Pick<OptimizerState, 'scalars' | 'histories'>;
}

/** What one rule did: the L2 norm after it, and the factor between the norms (1: every bit was kept). */
export interface Clipped {
  readonly norm: number;
  readonly coefficient: number;
  /** The L2 norm above which the rule acts on the whole gradient; undefined for rules on parts or of another norm. */
  readonly threshold?: number;
}
