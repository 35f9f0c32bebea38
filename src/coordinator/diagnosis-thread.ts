// The thread in which one diagnosis is computed, so that the coordinator's sockets need not wait for it.
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import type { ModelSpec } from '../params/model-spec.js';
import { diagnose } from '../replay/diagnose.js';
import type { ReplayShard } from '../replay/replay-step.js';

export interface DiagnosisRequest {
  readonly model: ModelSpec;
  readonly params: Float32Array;
  readonly shards: readonly ReplayShard[];
}

const { model, params, shards } = workerData as DiagnosisRequest;
const port = parentPort as MessagePort; // this module only ever runs as a thread
port.postMessage(diagnose(model, params, shards));
