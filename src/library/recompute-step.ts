// A saved step computed once more by the kernels that its run computed with: the same gradients, bit for bit, and so the same norm.
import { backendEnvironment } from '../backend/environment.js';
import type { BackendName } from '../backend/backend.js';
import { executionOf, threadsOf } from '../backend/kernel-id.js';
import { threadsPerProcess } from '../backend/threads.js';
import type { SavedReport, SavedRun, SavedStep } from '../checkpoint/saved-step.js';
import { reduceTree, rootNode } from '../collective/tree.js';
import { BridleError } from '../errors.js';
import type { Network } from '../model/network.js';
import { addPenalties } from '../optim/penalty.js';
import { layoutOfModel } from '../params/layout-of-model.js';
import { ShardQuantiser } from '../protocol/quantise.js';
import { addIn, meanNormIn, squaredNormIn } from '../tensor/reduce.js';
import { createVectorArena, type VectorArena } from '../tensor/vector-arena.js';
import { computeTraining } from '../worker/compute-lease.js';
import type { ComputedShard } from '../worker/compute-messages.js';

export type RecomputedShard = Pick<ComputedShard, 'shard' | 'loss' | 'count' | 'squaredNorm' | 'nonFinite'>;

export interface Recomputed {
  /** Of this machine; another than the run's may come to other bits. */
  readonly kernelId: string;
  readonly runKernelId: string;
  readonly shards: readonly RecomputedShard[];
  /** Of the mean gradient with its penalties, before clipping; NaN where a shard that counts is not finite. */
  readonly gradNorm: number;
  /** Everything that the run had recorded of the step came out with the same bits. */
  readonly isSame: boolean;
}

/** A step's shards computed again, and the gradient of each, [parameters], as the coordinator read it. */
export interface ShardGradients {
  readonly shards: readonly RecomputedShard[];
  readonly gradients: ReadonlyMap<number, Float32Array>;
}

/** Computes the step again on the run's backend. Throws `BACKEND_UNAVAILABLE` and what else a worker's start throws. */
export async function recomputeStep(saved: SavedStep, run: SavedRun): Promise<Recomputed> {
  const backend = run.kernelId.split(/[/ ]/)[0] as BackendName;
  const execution = executionOf(run.kernelId);
  const threads = threadsPerProcess(threadsOf(run.kernelId) ?? 'auto', backend, 1);
  Object.assign(process.env, backendEnvironment(backend, { threads }, process.env));
  const { loadEngine } = await import('../worker/engine.js');
  const engine = await loadEngine(backend, { threads, execution });
  const { network } = engine.createNetwork(run.spec);
  const arena = createVectorArena();
  const { shards, gradients } = recomputeShards(network, saved, run, arena);
  network.dispose();
  const gradNorm = normOf(saved, run, gradients, arena);
  const isSame = run.reports.every((report) => isSameShard(report, shards)) && isSameNorm(saved, gradNorm);
  return { kernelId: engine.kernelId, runKernelId: run.kernelId, shards, gradNorm, isSame };
}

/** Computes each shard alone: its bits are the same beside others. */
export function recomputeShards(
  network: Network,
  { model, params, step, shards: saved }: SavedStep,
  { spec, totals }: SavedRun,
  arena: VectorArena,
): ShardGradients {
  const layout = layoutOfModel(model);
  network.setParams(params);
  network.batchNorm?.setTotals(totals);
  const quantiser = spec.wire === 'f32' ? undefined : new ShardQuantiser(arena, spec.wire, spec.seed);
  quantiser?.begin(step - 1);
  const gradients = new Map<number, Float32Array>();
  const shards = saved.flatMap(({ shard, batch }) => {
    const vector = arena.allocate(layout.size);
    gradients.set(shard, vector);
    return computeTraining(network, layout, spec.shards, [{ shard, batch }], arena, [vector], quantiser).shards;
  });
  return {
    shards: shards.map(({ shard, loss, count, squaredNorm, nonFinite }) => {
      return { shard, loss, count, squaredNorm, nonFinite };
    }),
    gradients,
  };
}

/** The norm that the update takes, of the shards that the run counted; the gradients are written over. */
function normOf(
  { model, params, gradNorm }: SavedStep,
  { spec, reports, penalty }: SavedRun,
  gradients: ReadonlyMap<number, Float32Array>,
  arena: VectorArena,
): number {
  const counted = new Set(reports.flatMap(({ shard, nonFinite }) => (nonFinite === '' ? [shard] : [])));
  const count = reports.reduce((total, report) => total + (report.count ?? 0), 0);
  if (Number.isNaN(gradNorm) || count === 0) return NaN;
  const sum = reduceTree(
    rootNode(spec.shards),
    spec.shards,
    ({ level, index }) => (level === 0 && counted.has(index) ? gradients.get(index) : undefined),
    (left, right) => {
      addIn(arena, left, left, right);
      return left;
    },
  );
  if (!sum) return NaN;
  const squares = meanNormIn(arena, { left: sum }, count);
  const hasPenalty = addPenalties(sum, params, layoutOfModel(model), penalty);
  return Math.sqrt(hasPenalty ? squaredNormIn(arena, sum) : squares);
}

function isSameShard(was: SavedReport, shards: readonly RecomputedShard[]): boolean {
  const is = shards.find(({ shard }) => shard === was.shard);
  if (!is || is.nonFinite !== was.nonFinite) return false;
  return (['loss', 'count', 'squaredNorm'] as const).every((name) => was[name] === undefined || was[name] === is[name]);
}

/** A norm that was never taken is no difference. */
function isSameNorm({ gradNorm }: SavedStep, is: number): boolean {
  return Number.isNaN(gradNorm) || gradNorm === is;
}

/** The same, or why it cannot be done here: what else there is to say of the step does not hang on it. */
export async function tryRecomputing(saved: SavedStep, run: SavedRun): Promise<Recomputed | BridleError> {
  try {
    return await recomputeStep(saved, run);
  } catch (error) {
    if (error instanceof BridleError) return error;
    throw error;
  }
}
