// What workers answer: reports of shards, tree nodes, scores. Everything is checked against the lease before it counts.
import { NumericalError } from '../../errors.js';
import { coverShards, leavesOf, nodeKey, shardRange, type TreeNode } from '../../collective/tree.js';
import { completeLease, revokeLease } from './grants.js';
import type { CoreEffect, CoreEvent, CoreState, Lease, ShardHealth, TrainRound } from './state.js';

type EventOf<Type extends CoreEvent['type']> = Extract<CoreEvent, { type: Type }>;

function breach(rank: number, message: string, effects: CoreEffect[]): void {
  effects.push({ type: 'disconnect', rank, code: 'ANSWER_INVALID', message, isStuck: false });
}

/** The lease that an answer belongs to; undefined: the answer is stale, which is no fault of the worker. */
function leaseOf(state: CoreState, rank: number, leaseId: number, step: number): Lease | undefined {
  const lease = state.round?.step === step ? state.round.leases.get(leaseId) : undefined;
  if (lease?.rank === rank) return lease;
  state.staleAnswers += 1;
  return undefined;
}

function isSameSet(lease: Lease, answers: readonly { readonly shard: number }[]): boolean {
  const shards = new Set(answers.map(({ shard }) => shard));
  return (
    shards.size === answers.length &&
    shards.size === lease.shards.length &&
    lease.shards.every((shard) => shards.has(shard))
  );
}

export function onReported(state: CoreState, event: EventOf<'reported'>, now: number, effects: CoreEffect[]): void {
  const lease = leaseOf(state, event.rank, event.leaseId, event.step);
  const { round, plan } = state;
  if (!lease || round?.purpose !== 'train') return;
  if (lease.awaited || !isSameSet(lease, event.reports)) {
    breach(event.rank, `reports for lease ${lease.id} do not fit its shards`, effects);
    return;
  }
  const wrong = event.reports.find(({ shard, count }) => count !== plan.targetCount('train', round.step, shard));
  if (wrong) {
    breach(
      event.rank,
      `shard ${wrong.shard} was reported with ${wrong.count} targets, it has ${plan.targetCount('train', round.step, wrong.shard)}`,
      effects,
    );
    return;
  }
  const isFinite = (health: ShardHealth): boolean =>
    health.nonFinite === '' && Number.isFinite(health.loss) && Number.isFinite(health.squaredNorm);
  const finite = event.reports.filter(isFinite);
  const finiteShards = new Set(finite.map(({ shard }) => shard));
  lease.awaited = plan.sendsSums ? coverShards(finiteShards, plan.numShards) : leavesOf(finiteShards);
  for (const health of finite) recordHealth(state, round, event.rank, health, effects);
  for (const health of event.reports) if (!isFinite(health)) onNonFinite(state, round, lease, health, now, effects);
  if (lease.awaited.length === 0) completeLease(state, round, lease, now, effects);
  else if (!lease.isClear) lease.waitsSince = now;
}

function recordHealth(
  state: CoreState,
  round: TrainRound,
  rank: number,
  health: ShardHealth,
  effects: CoreEffect[],
): void {
  const known = round.reports.get(health.shard);
  // A report whose worker has left without sending the gradient is no answer: it is not held against the next one.
  if (!known || (!state.workers.has(known.rank) && !round.coverage.isCovered(health.shard))) {
    round.reports.set(health.shard, { rank, health });
    return;
  }
  const isEqual = Object.is(known.health.loss, health.loss) && Object.is(known.health.squaredNorm, health.squaredNorm);
  if (isEqual || !state.plan.isStrict) return;
  const error = new NumericalError(
    'SHARD_MISMATCH',
    `Step ${round.step}, shard ${health.shard}: rank ${known.rank} and rank ${rank} computed different bits ` +
      `(loss ${known.health.loss} and ${health.loss}, squared norm ${known.health.squaredNorm} and ${health.squaredNorm}). ` +
      'One of the two machines computes wrongly; run bridle doctor on both.',
  );
  effects.push({ type: 'fail', error });
}

function onNonFinite(
  state: CoreState,
  round: TrainRound,
  lease: Lease,
  health: ShardHealth,
  now: number,
  effects: CoreEffect[],
): void {
  const { shard } = health;
  const { rank } = lease;
  if (round.coverage.isCovered(shard)) return;
  const { onNonFinite: policy } = state.plan;
  const isRepeated = round.suspects.has(shard);
  const reaction = policy === 'recompute' && isRepeated ? 'stop' : policy;
  const exampleIds = state.plan.exampleIds('train', round.step, shard);
  const layer = health.nonFinite || 'loss';
  effects.push({
    type: 'tell',
    event: { event: 'non-finite', step: round.step, rank, shard, layer, exampleIds, reaction },
  });
  if (reaction === 'recompute') round.suspects.set(shard, rank);
  if (reaction === 'exclude') exclude(state, round, shard, lease, now, effects);
  if (reaction === 'skip') round.isSkipped = true;
  if (reaction !== 'stop') return;
  const accuser = round.suspects.get(shard);
  const others = accuser === rank ? `the worker of rank ${rank}, twice` : `the workers of rank ${accuser} and ${rank}`;
  const who = isRepeated ? others : `the worker of rank ${rank}`;
  const error = new NumericalError(
    'GRADIENT_NOT_FINITE',
    `Step ${round.step}, shard ${shard} (example ids ${exampleIds.join(', ')}): the gradient of ${layer} is not finite, say ${who}. ` +
      'The weights are unharmed. Lower --learning-rate or --max-norm, or leave such shards out with --on-nonfinite exclude.',
  );
  effects.push({ type: 'fail', error });
}

/** Leaves a shard out for good: what another worker has said of it, or may still send with its neighbours, must not count. */
function exclude(
  state: CoreState,
  round: TrainRound,
  shard: number,
  own: Lease,
  now: number,
  effects: CoreEffect[],
): void {
  round.coverage.exclude(shard);
  round.reports.delete(shard);
  for (const lease of round.leases.values())
    if (lease !== own && lease.shards.includes(shard)) revokeLease(state, round, lease, now, effects);
}

/** Tells whether chunks of a node may be taken in: memory is spent only on what a lease still owes. */
export function isOwed(state: CoreState, { rank, leaseId, step, node }: Omit<EventOf<'node'>, 'type'>): boolean {
  const lease = state.round?.step === step ? state.round.leases.get(leaseId) : undefined;
  return lease?.rank === rank && lease.awaited?.some((owed) => nodeKey(owed) === nodeKey(node)) === true;
}

/** Tells whether all shards of a node are in: then it is late or a duplicate, which is no fault. */
function isIn(state: CoreState, round: TrainRound, node: TreeNode): boolean {
  const [first, end] = shardRange(node, state.plan.numShards);
  for (let shard = first; shard < end; shard += 1) if (!round.coverage.isCovered(shard)) return false;
  return first < end;
}

export function onNode(state: CoreState, event: EventOf<'node'>, now: number, effects: CoreEffect[]): void {
  const drop: CoreEffect = { type: 'dropNode', leaseId: event.leaseId, node: event.node };
  const lease = leaseOf(state, event.rank, event.leaseId, event.step);
  const { round } = state;
  if (!lease || round?.purpose !== 'train') {
    effects.push(drop);
    return;
  }
  const position = lease.awaited?.findIndex((node) => nodeKey(node) === nodeKey(event.node)) ?? -1;
  if (position < 0) {
    effects.push(drop);
    if (lease.awaited && isIn(state, round, event.node)) state.staleAnswers += 1;
    else breach(event.rank, `node ${nodeKey(event.node)} is not one that lease ${lease.id} still owes`, effects);
    return;
  }
  lease.awaited?.splice(position, 1);
  const { admitted, replaced } = round.coverage.admit(event.node);
  if (admitted) effects.push({ type: 'keepNode', leaseId: lease.id, node: event.node, replaced });
  else effects.push(drop);
  if (!admitted) state.staleAnswers += 1;
  if (lease.awaited?.length === 0) completeLease(state, round, lease, now, effects);
}

export function onScored(state: CoreState, event: EventOf<'scored'>, now: number, effects: CoreEffect[]): void {
  const lease = leaseOf(state, event.rank, event.leaseId, event.step);
  const { round, plan } = state;
  if (!lease || !round || round.purpose === 'train') return;
  const isWrong =
    round.purpose === 'collect'
      ? event.scores.some(({ part }) => part === undefined)
      : event.scores.some(({ shard, count }) => count !== plan.targetCount('evaluate', round.step, shard));
  if (isWrong || !isSameSet(lease, event.scores)) {
    breach(event.rank, `scores for lease ${lease.id} do not fit its shards`, effects);
    return;
  }
  for (const score of event.scores) if (!round.scores.has(score.shard)) round.scores.set(score.shard, score);
  completeLease(state, round, lease, now, effects);
}
