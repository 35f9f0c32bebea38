// A lease as it is told to its worker, and the blocks of data that it needs.
import type { Block, Split } from '../data/load-dataset.js';
import { Purpose as WirePurpose, type ControlDraft } from '../protocol/control.js';
import type { CarriedStates } from './carried-state.js';
import type { CoreEffect, Purpose } from './core/state.js';
import type { RunPlan } from './run-plan.js';

/** What travels with a lease beside its work. */
export interface LeaseState {
  readonly carried: Pick<CarriedStates, 'at'> | undefined;
  readonly totals: LeaseTotals | undefined;
}

/** Totals of the step's collectives from number `firstTotal` on. */
export interface LeaseTotals {
  readonly firstTotal: number;
  readonly totals: Uint8Array[];
}

const wirePurposes = {
  train: WirePurpose.PURPOSE_TRAIN,
  evaluate: WirePurpose.PURPOSE_EVALUATE,
  collect: WirePurpose.PURPOSE_COLLECT,
} as const satisfies Record<Purpose, number>;

export type LeaseEffect = Extract<CoreEffect, { type: 'lease' }>;

/** Describes the shards' examples in row order, each with the place of its block in the list of names. */
export function describeLease(
  plan: RunPlan,
  { leaseId, purpose, step, shards, waits }: Omit<LeaseEffect, 'type' | 'rank'>,
  { carried: carriedStates, totals }: LeaseState,
): { readonly message: ControlDraft; readonly needed: ReadonlyMap<string, Block> } {
  const needed = new Map<string, Block>();
  const places = new Map<string, number>();
  const placeOf = (split: Split, id: number): number => {
    const block = split.blocks[split.blockOf(id)];
    const name = block?.name ?? '';
    const place = places.get(name) ?? places.size;
    places.set(name, place);
    if (block) needed.set(name, block);
    return place;
  };
  const work = shards.map((shard) => {
    const exampleIds = [...plan.exampleIds(purpose, step, shard)];
    const split = plan.split(purpose, shard);
    const carried = purpose === 'train' && carriedStates?.at(step, shard);
    const blockIndexes = exampleIds.map((id) => placeOf(split, id));
    return { shard, exampleIds, blockIndexes, ...(carried && { carried }) };
  });
  const shape = plan.shape(purpose, step);
  const lease = {
    leaseId,
    step,
    purpose: wirePurposes[purpose],
    rows: shape.rows,
    timeSteps: shape.steps,
    shards: work,
    blocks: [...places.keys()].map((name) => Buffer.from(name, 'hex')),
    ...totals,
    ...(waits && { waits }),
  };
  return { message: { lease }, needed };
}
