// Memory of a run's processes: an empty process, its vectors, its data, and what a batch keeps. The figures below were fitted to 26
// trials on Linux and x86-64 (hidden sizes 2 to 2048, 4 to 200 steps); most lie within a fifth of what was measured.
import type { BackendName, Execution } from '../backend/backend.js';
import type { RunPlan } from '../coordinator/run-plan.js';
import { exampleBytes } from '../data/block.js';
import { residentBytes } from '../data/page-store.js';
import { numDirections, type Cell } from '../params/model-spec.js';
import { isOwnModel } from '../params/own-model-spec.js';

const MiB = 1 << 20;

/** Resident memory with a model and data of next to nothing. */
const emptyBytes = {
  coordinator: 110 * MiB,
  native: 100 * MiB,
  wasm: 100 * MiB,
  tensorflow: 440 * MiB,
  webgpu: 440 * MiB,
} as const satisfies Record<'coordinator' | BackendName, number>;

/** tfjs, where it is not in the empty process already. */
const tfjsOnWasmBytes = 50 * MiB;

/** Values kept of each unit, row and time step of a forward pass on the kernels. */
const keptByCell = { rnn: 1.3, relu: 1.3, gru: 5.3, lstm: 7.3 } as const satisfies Record<Cell, number>;
/** What other executions keep beside the kernels, and a training step beside a forward pass. */
const keptByExecution = { native: 1, captured: 5.8, eager: 2.5 } as const satisfies Record<Execution, number>;
const keptInTraining = 2.15;
/** Copies of a shard's gradient. */
const gradientCopies = { native: 1, captured: 12, eager: 6 } as const satisfies Record<Execution, number>;
/** Shards of an evaluation that are computed at once. */
const shardsOfEvaluation = 8;

export interface MemoryShape {
  /** Vectors of the optimizer's state beside the weights. */
  readonly moments: number;
  readonly backend: BackendName;
  readonly execution: Execution;
  /** Shards of the largest lease, and the tree nodes that all workers send. */
  readonly shards: number;
  readonly nodes: number;
}

/** Estimates the coordinator's: state and a checkpoint of it, gradients as they arrive, weights of before; data as read and as kept. */
export function coordinatorMemory(plan: RunPlan, { moments, nodes }: MemoryShape): number {
  const state = 1 + moments;
  const { train, valid, test } = plan.dataset;
  const data = [train, valid, test].reduce((total, split) => total + splitBytes(plan, split), 0);
  return emptyBytes.coordinator + (2 * state + 2 + nodes) * 4 * plan.layout.size + 2 * Math.min(data, residentBytes);
}

/** Estimates a worker's: weights as they came and as they are computed with, gradients, the larger of a lease and an evaluation, data. */
export function workerMemory(plan: RunPlan, { backend, execution, shards }: MemoryShape): number {
  const vectors = 4 + gradientCopies[execution] * shards;
  const evaluated = Math.min(shardsOfEvaluation, plan.core.numEvaluationShards);
  const batch = Math.max(
    keptInTraining * shards * valuesKept(plan, 'train', execution),
    evaluated * valuesKept(plan, 'evaluate', execution),
  );
  const data = Math.min(splitBytes(plan, plan.dataset.train), residentBytes);
  const empty = emptyBytes[backend] + (backend === 'wasm' && execution !== 'native' ? tfjsOnWasmBytes : 0);
  return Math.round(empty + 4 * (vectors * plan.layout.size + batch) + data);
}

function splitBytes({ dataset }: RunPlan, split: RunPlan['dataset']['train'] | undefined): number {
  return (split?.lengths ?? new Int32Array(0)).reduce((total, length) => total + exampleBytes(dataset.spec, length), 0);
}

/** Values that a shard's forward pass keeps; of a model of the user's own nobody knows. */
function valuesKept({ model, shape }: RunPlan, purpose: 'train' | 'evaluate', execution: Execution): number {
  if (isOwnModel(model)) return 0;
  const { rows, steps } = shape(purpose, 0);
  const units = model.layers * numDirections(model) * model.hiddenSize;
  const outputs = model.targetsPer === 'step' ? 2 * model.outputSize : 0;
  return rows * steps * (keptByExecution[execution] * keptByCell[model.cell] * units + outputs);
}
