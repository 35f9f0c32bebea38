// State that travels with a shard, for truncated backpropagation through time over contiguous streams (Williams and Peng 1990): kept
// here between steps, sent with each lease, taken back with the report that counts. So it follows the shard, not the worker.
import { ConfigError, ProtocolError } from '../errors.js';
import { carriedSize, type ModelSpec } from '../params/model-spec.js';
import type { ShardHealth } from './core/state.js';

export interface CarriedStatePlan {
  /** Of one shard. */
  readonly bytes: number;
  /** Whether streams begin at a step: then rows start at zero. */
  startsAnew(step: number): boolean;
}

/** A lease may hold all shards, and is one control message, as its answer is. */
const mostBytes = 512 * 1024;

/** Plans the state of runs that carry it. Throws `CARRIED_STATE_SIZE`, `CARRIED_STATE_MODEL`. */
export function planCarriedState(
  model: ModelSpec,
  shape: { readonly shards: number; readonly rows: number; readonly stepsPerEpoch: number },
): CarriedStatePlan {
  const bytes = 4 * carriedSize(model, shape.rows);
  const isByStep = model.norm === 'batch-step';
  if (model.bidirectional || model.targetsPer !== 'step' || isByStep) {
    const problem = model.bidirectional
      ? 'runs both ways'
      : isByStep
        ? 'has statistics of each time step, counted from the start'
        : 'has one target a sequence';
    throw new ConfigError(
      'CARRIED_STATE_MODEL',
      `--bptt carries the state onwards; this model ${problem}. Leave it out.`,
    );
  }
  if (bytes * shape.shards > mostBytes) {
    const message = `--bptt carries ${bytes * shape.shards} bytes of state a step, at most ${mostBytes} are possible. Lower --global-batch, --hidden-size or --layers.`;
    throw new ConfigError('CARRIED_STATE_SIZE', message);
  }
  return { bytes, startsAnew: (step) => step % shape.stepsPerEpoch === 0 };
}

export class CarriedStates {
  readonly #plan: CarriedStatePlan;
  #states: ReadonlyMap<number, Uint8Array>;

  /** `states`: by shard, as a checkpoint held them. */
  constructor(plan: CarriedStatePlan, states: Readonly<Record<string, Uint8Array>>) {
    this.#plan = plan;
    this.#states = new Map(Object.entries(states).map(([shard, state]) => [Number(shard), state]));
  }

  /** Where the rows of a shard start in a step. */
  at(step: number, shard: number): Uint8Array {
    const known = this.#plan.startsAnew(step) ? undefined : this.#states.get(shard);
    return known ?? new Uint8Array(this.#plan.bytes);
  }

  /** Takes over where rows have ended; shards whose gradient was left out start at zero. */
  advance(reports: readonly ShardHealth[]): void {
    this.#states = new Map(reports.flatMap(({ shard, carried }) => (carried ? [[shard, carried] as const] : [])));
  }

  /** Refuses a state of another size. Throws ProtocolError `CARRIED_STATE_INVALID`. */
  check(reports: readonly ShardHealth[]): void {
    const wrong = reports.find(({ nonFinite, carried }) => nonFinite === '' && carried?.length !== this.#plan.bytes);
    if (!wrong) return;
    const got = `${wrong.carried?.length ?? 0} bytes`;
    throw new ProtocolError(
      'CARRIED_STATE_INVALID',
      `Shard ${wrong.shard} came back with a state of ${got}, wanted ${this.#plan.bytes}.`,
    );
  }

  /** What a checkpoint keeps. */
  toRecord(): Record<string, Uint8Array> {
    return Object.fromEntries([...this.#states].map(([shard, state]) => [String(shard), state]));
  }
}
