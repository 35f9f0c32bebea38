// A state put by, to go back to: copies of weights and moments among the moments themselves, so that digest and checkpoint hold them.
import { NumericalError } from '../errors.js';
import type { OptimizerState } from './optimizer.js';

const prefix = 'rollback.';
/** Rollbacks to one state; when the run spikes once more, other data do not help it. */
const mostRollbacks = 3;

/** Own scalars of an optimizer have no dot in their names; what other rules keep is not rolled back. */
function ownScalars(scalars: OptimizerState['scalars']): string[] {
  return Object.keys(scalars).filter((name) => !name.includes('.'));
}

/** Adds room for a state to a new optimizer's, and puts the first one by. */
export function withRollback(state: OptimizerState, params: Float32Array): OptimizerState {
  const copies = Object.entries({ params, ...state.moments }).map(([name, vector]) => [prefix + name, vector.slice()]);
  const added = { ...state, moments: { ...state.moments, ...(Object.fromEntries(copies) as typeof state.moments) } };
  putBy(added, params, 0);
  return added;
}

/** Puts the state after `step` by. */
export function putBy(state: OptimizerState, params: Float32Array, step: number): void {
  const { moments, scalars } = state;
  moments[`${prefix}params`]?.set(params);
  for (const [name, vector] of Object.entries(moments)) moments[prefix + name]?.set(vector);
  for (const name of ownScalars(scalars)) scalars[prefix + name] = scalars[name] ?? 0;
  scalars[`${prefix}toStep`] = step;
  scalars[`${prefix}count`] = 0;
}

/** Goes back to the state that was put by, in place; returns its step. Throws NumericalError `SPIKES_PERSIST`. */
export function rollBack(state: OptimizerState, params: Float32Array): number {
  const { moments, scalars } = state;
  const toStep = scalars[`${prefix}toStep`] ?? 0;
  const count = (scalars[`${prefix}count`] ?? 0) + 1;
  if (count > mostRollbacks) {
    throw new NumericalError(
      'SPIKES_PERSIST',
      `The run has gone back to step ${toStep} ${mostRollbacks} times and spikes again. Lower --learning-rate, clip harder, or raise --spike-factor.`,
    );
  }
  scalars[`${prefix}count`] = count;
  const kept = moments[`${prefix}params`];
  if (kept) params.set(kept);
  for (const [name, vector] of Object.entries(moments)) {
    const copy = moments[prefix + name];
    if (copy) vector.set(copy);
  }
  for (const name of ownScalars(scalars)) scalars[name] = scalars[prefix + name] ?? 0;
  return toStep;
}
