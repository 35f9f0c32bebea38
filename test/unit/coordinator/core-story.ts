// Drives the coordinator's core event by event, so that a test reads as the story of a run.
import { coverShards } from '../../../src/collective/tree.js';
import {
  createCoreState,
  type CoreEffect,
  type CoreEvent,
  type CorePlan,
  type CoreState,
  type Purpose,
  type ShardHealth,
} from '../../../src/coordinator/core/state.js';
import { step } from '../../../src/coordinator/core/step.js';

export type EffectOf<Type extends CoreEffect['type']> = Extract<CoreEffect, { type: Type }>;
type Granted = EffectOf<'lease'>;

export const plan: CorePlan = {
  numShards: 4,
  totalSteps: 3,
  evaluateEvery: 0,
  saveEvery: 0,
  minWorkers: 1,
  onNonFinite: 'recompute',
  numEvaluationShards: 0,
  isStrict: true,
  sendsSums: true,
  heartbeatTimeoutMs: 3000,
  maxUploads: Infinity,
  targetCount: () => 2,
  exampleIds: (_purpose, _step, shard) => [10 * shard, 10 * shard + 1],
};

export const health = (shard: number, changes: Partial<ShardHealth> = {}): ShardHealth => ({
  shard,
  loss: shard + 0.5,
  count: 2,
  squaredNorm: shard + 1,
  nonFinite: '',
  ...changes,
});

export class Story {
  readonly core: CoreState;
  now = 0;
  /** All effects so far. */
  readonly effects: CoreEffect[] = [];

  constructor(changes: Partial<CorePlan> = {}, startStep = 0, isEvaluated = true) {
    this.core = createCoreState({ ...plan, ...changes }, startStep, 0, isEvaluated);
  }

  /** Sends an event; returns its effects. */
  send(event: CoreEvent): CoreEffect[] {
    const effects = step(this.core, event, this.now);
    this.effects.push(...effects);
    return effects;
  }

  join(...ranks: number[]): CoreEffect[] {
    return ranks.flatMap((rank) => this.send({ type: 'joined', rank, name: `w${rank}` }));
  }

  leave(rank: number): CoreEffect[] {
    return this.send({ type: 'left', rank, reason: 'connection closed' });
  }

  /** The lease that a worker holds. */
  lease(rank: number): Granted {
    const lease = [...(this.core.round?.leases.values() ?? [])].find((each) => each.rank === rank);
    const granted = this.of('lease').find(({ leaseId }) => leaseId === lease?.id);
    if (!granted) throw new Error(`rank ${rank} holds no lease`);
    return granted;
  }

  /** Shards by rank, of the leases that are open. */
  get leased(): Record<number, readonly number[]> {
    return Object.fromEntries([...(this.core.round?.leases.values() ?? [])].map(({ rank, shards }) => [rank, shards]));
  }

  /** A worker reports on its lease, as it is or with changes by shard. */
  report(granted: Granted, changes: Readonly<Record<number, Partial<ShardHealth>>> = {}): CoreEffect[] {
    const { rank, leaseId, step: leaseStep, shards } = granted;
    const reports = shards.map((shard) => health(shard, changes[shard]));
    return this.send({ type: 'reported', rank, leaseId, step: leaseStep, reports });
  }

  /** A worker answers its lease in full: reports, then one node for each sum. */
  answer(granted: Granted, changes: Readonly<Record<number, Partial<ShardHealth>>> = {}): CoreEffect[] {
    const { rank, leaseId, step: leaseStep, shards } = granted;
    const finite = shards.filter((shard) => !changes[shard]?.nonFinite);
    const effects = this.report(granted, changes);
    const nodes = coverShards(new Set(finite), this.core.plan.numShards);
    return [...effects, ...nodes.flatMap((node) => this.send({ type: 'node', rank, leaseId, step: leaseStep, node }))];
  }

  score(granted: Granted): CoreEffect[] {
    const { rank, leaseId, step: leaseStep, shards } = granted;
    const scores = shards.map((shard) => ({ shard, loss: shard, count: 2, correct: 1 }));
    return this.send({ type: 'scored', rank, leaseId, step: leaseStep, scores });
  }

  /** Everyone answers; the shell applies the update. */
  finishStep(): CoreEffect[] {
    for (const rank of Object.keys(this.leased)) this.answer(this.lease(Number(rank)));
    return this.send({ type: 'updated' });
  }

  /** Time passes, a tick each 250 ms; workers are heard unless they are silent. */
  pass(durationMs: number, silent: readonly number[] = []): CoreEffect[] {
    const effects: CoreEffect[] = [];
    for (const end = this.now + durationMs; this.now < end;) {
      this.now += 250;
      for (const rank of this.core.workers.keys())
        if (!silent.includes(rank)) effects.push(...this.send({ type: 'heard', rank }));
      effects.push(...this.send({ type: 'tick' }));
    }
    return effects;
  }

  /** All effects of one kind so far. */
  of<Type extends CoreEffect['type']>(type: Type): EffectOf<Type>[] {
    return effectsOf(this.effects, type);
  }

  told(name: string): EffectOf<'tell'>['event'][] {
    return this.of('tell').flatMap(({ event }) => (event.event === name ? [event] : []));
  }
}

export function effectsOf<Type extends CoreEffect['type']>(
  effects: readonly CoreEffect[],
  type: Type,
): EffectOf<Type>[] {
  return effects.filter((effect): effect is EffectOf<Type> => effect.type === type);
}

export const purposes = (effects: readonly CoreEffect[]): Purpose[] =>
  effectsOf(effects, 'lease').map(({ purpose }) => purpose);
