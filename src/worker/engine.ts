// A backend ready to compute, the kernels of native/ or tfjs behind one face: loaded, and checked against reference gradients.
import type { BackendName, BackendOptions, Execution, TfjsBackendName } from '../backend/backend.js';
import { chooseBackend, modelNeedsTfjs } from '../backend/available-backends.js';
import { createCapturedRunner } from '../backend/capture/captured-runner.js';
import { nativeKernelId, wasmKernelId } from '../backend/kernel-id.js';
import { loadBackend } from '../backend/load-backend.js';
import { chooseKernels, loadNativeAddon } from '../backend/native-addon.js';
import { ConfigError } from '../errors.js';
import { createNetwork, type Network } from '../model/network.js';
import { checkBackend, type NetworkFactory } from '../model/self-check.js';
import { capturedStackSizes, eagerStackSizes, tryStacking } from '../model/stacking.js';
import { eagerRunner, type StepRunner } from '../model/step-runner.js';
import { createNativeNetwork } from '../native/native-network.js';
import { loadWasmAddon, wasmKernels } from '../native/wasm-addon.js';
import { needsTfjs, type ModelSpec } from '../params/model-spec.js';
import { isOwnModel, type AnyModelSpec } from '../params/own-model-spec.js';
import type { RunSpec } from '../protocol/run-spec.js';

/** What of a run makes its network. */
export type NetworkRun = Pick<RunSpec, 'model' | 'data' | 'rows'>;

export interface Engine {
  readonly name: BackendName;
  /** Workers with equal kernel ids compute equal bits. */
  readonly kernelId: string;
  /** For people. */
  readonly description: string;
  /** Makes the network of a run; `isStacked`: it runs several shards as one recurrence. Throws `MODEL_MISSING`, ... for a model it has not. */
  createNetwork(run: NetworkRun): { network: Network; isStacked: boolean };
}

export interface EngineOptions extends BackendOptions {
  readonly execution: Execution;
  /** A graph is going to be captured, which takes a second or more. */
  onCapture?(): void;
}

/**
 * Loads the backend `name` and checks it; for `tensorflow` see `loadBackend` about the environment.
 * `execution` is one that the backend has (`chooseExecution`).
 * Throws `BACKEND_UNAVAILABLE`, `BACKEND_FAILED`, `BACKEND_SELF_CHECK`, `CAPTURE_REFUSED`.
 */
export async function loadEngine(name: BackendName, options: EngineOptions): Promise<Engine> {
  if (name === 'native') return loadNativeEngine(options);
  return name === 'wasm' && options.execution === 'native' ? loadWasmEngine() : loadTfjsEngine(name, options);
}

function loadNativeEngine({ threads }: BackendOptions): Engine {
  chooseBackend('native');
  const addon = loadNativeAddon();
  const kernels = chooseKernels(addon);
  const description = `native kernels, ${kernels}, ${threads} thread${threads === 1 ? '' : 's'}`;
  return kernelsEngine({ name: 'native', kernelId: nativeKernelId, description }, (spec) =>
    createNativeNetwork(addon, kernels, spec, threads),
  );
}

async function loadWasmEngine(): Promise<Engine> {
  chooseBackend('wasm');
  const addon = await loadWasmAddon();
  const description = 'WebAssembly kernels with SIMD, 1 thread';
  return kernelsEngine({ name: 'wasm', kernelId: wasmKernelId, description }, (spec) =>
    createNativeNetwork(addon, wasmKernels, spec, 1),
  );
}

/** Networks on the kernels of native/ run all shards of a lease as one recurrence: their bits are the same alone. */
function kernelsEngine(identity: Omit<Engine, 'createNetwork'>, create: NetworkFactory): Engine {
  checkBackend(identity.name, create);
  return {
    ...identity,
    createNetwork: ({ model }) => {
      const spec = builtIn(model);
      if (needsTfjs(spec)) throw modelNeedsTfjs();
      return { network: create(spec), isStacked: true };
    },
  };
}

function builtIn(model: AnyModelSpec): ModelSpec {
  if (!isOwnModel(model)) return model;
  const message = `The run trains a model of its user, ${model.name}, whose code does not travel. Give this worker the same files: --model FILE.`;
  throw new ConfigError('MODEL_MISSING', message);
}

async function loadTfjsEngine(name: TfjsBackendName, options: EngineOptions): Promise<Engine> {
  const { tf, kernelId, description } = await loadBackend(name, options);
  const isCaptured = options.execution === 'captured';
  const createRunner = (): StepRunner => (isCaptured ? createCapturedRunner(tf, options) : eagerRunner);
  checkBackend(name, (spec) => createNetwork(tf, spec, { stackSizes: [1], runner: createRunner() }));
  return {
    name,
    kernelId,
    description: `${description}, ${isCaptured ? 'captured' : 'eager'}`,
    createNetwork: ({ model, rows, data: { maxLength: steps } }) => {
      const spec = builtIn(model);
      const stackSizes = isCaptured ? capturedStackSizes : eagerStackSizes;
      const mayStack = tryStacking(tf, spec, rows, steps, { stackSizes, createRunner });
      const network = createNetwork(tf, spec, { stackSizes, mayStack, runner: createRunner() });
      return { network, isStacked: mayStack(steps) };
    },
  };
}
