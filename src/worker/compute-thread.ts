// The compute thread: the only place in a worker that owns a backend. Messages in, messages out; see compute-messages.ts.
import { performance } from 'node:perf_hooks';
import { parentPort, workerData } from 'node:worker_threads';
import { BridleError, exitCodes } from '../errors.js';
import type { Network } from '../model/network.js';
import { layoutOfAnyModel } from '../params/own-model-spec.js';
import { ShardQuantiser } from '../protocol/quantise.js';
import type { RunSpec } from '../protocol/run-spec.js';
import { createVectorArena } from '../tensor/vector-arena.js';
import { computeCollective, computeEvaluation, computeTraining } from './compute-lease.js';
import type { Computed, ComputeThreadData, FromCompute, ToCompute } from './compute-messages.js';
import { findLayFileOver } from '../backend/native-addon.js';
import { loadEngine } from './engine.js';
import { GradientVectors } from './gradient-vectors.js';
import type { NodeVector } from './tensor-road.js';
import { loadOwnEngine } from './own-engine.js';

const { backend: backendName, execution, threads, modelPath, revoked } = workerData as ComputeThreadData;
const lastRevoked = new Int32Array(revoked);
const port = parentPort;
if (!port) throw new Error('compute-thread.js is started by a worker, not by itself');

const say = (message: FromCompute): void => port.postMessage(message);

let computing: number | undefined;
const options = {
  execution,
  threads,
  onCapture: () => {
    if (computing !== undefined) say({ type: 'preparing', leaseId: computing });
  },
};
const engine = await (modelPath === undefined
  ? loadEngine(backendName, options)
  : loadOwnEngine(backendName, modelPath, options));
const { kernelId, description } = engine;
say({ type: 'ready', kernelId, backend: backendName, description });

let network: Network | undefined;
let spec: RunSpec | undefined;
/** Its memory is shared: what lies there is posted without a copy. */
const arena = createVectorArena();
/** One gradient a shard, used again for every lease: the main thread has sent the last answer before it posts the next lease. */
const gradients = new GradientVectors(arena, findLayFileOver());
/** Of a run whose gradients are rounded before they travel. */
let quantiser: ShardQuantiser | undefined;

function configure(next: RunSpec): void {
  network?.dispose();
  spec = next;
  const { wire, seed } = next;
  quantiser = wire === 'f32' ? undefined : new ShardQuantiser(arena, wire, seed);
  const made = engine.createNetwork(next);
  network = made.network;
  say({ type: 'configured', isStacked: made.isStacked });
}

function compute({ leaseId, step, purpose, tasks, totals }: Extract<ToCompute, { type: 'compute' }>): void {
  if (!network || !spec) throw new Error('A lease came before the run spec.');
  const startedAt = performance.now();
  const isWanted = (): boolean => Atomics.load(lastRevoked, 0) !== leaseId;
  const nothing = { shards: [], nodes: [] };
  const layout = layoutOfAnyModel(spec.model);
  quantiser?.begin(step);
  network.batchNorm?.setTotals(totals);
  const result = !isWanted()
    ? nothing
    : purpose === 'train'
      ? computeTraining(
          network,
          layout,
          spec.shards,
          tasks,
          arena,
          gradients.take(tasks.length, layout.size),
          quantiser,
        )
      : purpose === 'collect'
        ? computeCollective(network, tasks)
        : computeEvaluation(network, tasks);
  const nodes = result.nodes.map((node) => ({ ...node, cell: cellOf(node.vector) }));
  const computeMs = performance.now() - startedAt;
  const message: Computed = { type: 'computed', leaseId, purpose, ...result, nodes, computeMs };
  say(message);
}

function cellOf(vector: NodeVector['vector']): number | undefined {
  return 'dtype' in vector ? undefined : gradients.cellOf(vector);
}

port.on('message', (message: ToCompute) => {
  try {
    if (message.type === 'configure') configure(message.spec);
    else if (message.type === 'cells') gradients.useCells(message.pages);
    else if (message.type === 'weights') network?.setParams(message.params);
    else {
      computing = message.leaseId;
      compute(message);
      computing = undefined;
    }
  } catch (error) {
    const { code, exitCode } =
      error instanceof BridleError ? error : { code: 'COMPUTE_FAILED', exitCode: exitCodes.unexpected };
    say({ type: 'failed', code, exitCode, message: error instanceof Error ? error.message : String(error) });
  }
});
