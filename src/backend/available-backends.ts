// Which backends this installation can load, found by looking at files: nothing is loaded, so it costs a millisecond.
import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { ConfigError } from '../errors.js';
import { needsTfjs, type TfjsParts } from '../params/model-spec.js';
import type { BackendName } from './backend.js';
import type { Execution, ExecutionChoice } from './execution.js';
import { nativeStatus } from './native-addon.js';

export interface BackendStatus {
  readonly name: BackendName;
  readonly available: boolean;
  /** Why it is not available, or what was found. */
  readonly reason: string;
  /** The command that makes it available. */
  readonly fix?: string;
}

const require = createRequire(import.meta.url);
const tensorflowPackage = '@tensorflow/tfjs-node-gpu';

/** NVIDIA cards of this machine, as its driver lists them. */
export function numGpus(): number {
  const folder = '/proc/driver/nvidia/gpus';
  return existsSync(folder) ? readdirSync(folder).length : 0;
}

/** Lists all backends, fittest first, with what is missing and the command that fixes it: TensorFlow comes first where a GPU is. */
export function availableBackends(gpus = numGpus()): BackendStatus[] {
  const tensorflow = tensorflowStatus(findPackage(tensorflowPackage));
  const first = gpus > 0 ? [tensorflow, nativeStatus()] : [nativeStatus(), tensorflow];
  return [...first, wasmStatus(), webgpuStatus(webgpuPackages.map(findPackage), vulkanDrivers())];
}

/**
 * Chooses the backend to load: the one asked for, or with `auto` the fittest that is there.
 * @throws ConfigError BACKEND_UNAVAILABLE with the command that fixes it
 */
export function chooseBackend(choice: 'auto' | BackendName, statuses = availableBackends()): BackendName {
  const candidates = statuses.filter(({ name }) => choice === 'auto' || choice === name);
  const chosen = candidates.find(({ available }) => available);
  if (chosen !== undefined) return chosen.name;
  const story = candidates.map(({ name, reason, fix }) => `${name}: ${reason}${fix ? ` To fix it: ${fix}` : ''}`);
  throw new ConfigError('BACKEND_UNAVAILABLE', `--backend ${choice} cannot be used. ${story.join(' ')}`);
}

/** What decides on a backend: the user's choices, and the model: the path of the user's own, or parts of a built-in one. */
export interface BackendChoices {
  readonly backend: 'auto' | BackendName;
  readonly execution: ExecutionChoice;
  readonly model?: string | undefined;
  readonly tfjsParts?: TfjsParts | undefined;
}

/**
 * Chooses backend and execution for a model. What the kernels of native/ do not know, a model of the user's own or such parts, runs
 * on tfjs: on TensorFlow where that is installed, otherwise on tfjs's WebAssembly backend.
 * @throws ConfigError BACKEND_UNAVAILABLE, EXECUTION_MISSING, MODEL_NEEDS_TFJS
 */
export function chooseForModel(choices: BackendChoices): {
  readonly backend: BackendName;
  readonly execution: Execution;
} {
  const hasParts = needsTfjs(choices.tfjsParts ?? {});
  if (choices.model === undefined && !hasParts) {
    const backend = chooseBackend(choices.backend);
    return { backend, execution: chooseExecution(backend, choices.execution) };
  }
  if (hasParts && choices.backend === 'native') throw modelNeedsTfjs();
  const onTfjs = availableBackends().filter(({ name }) => name !== 'native');
  const backend = chooseBackend(choices.backend, onTfjs);
  const isAuto = choices.execution === 'auto';
  return { backend, execution: isAuto && backend === 'wasm' ? 'eager' : chooseExecution(backend, choices.execution) };
}

/** Kernels were chosen for a model that they do not know. */
export function modelNeedsTfjs(): ConfigError {
  const message =
    '--norm, --zoneout, --variational-dropout, --recurrent-dropout and --omega run on tfjs, not on the native kernels.';
  const way = 'Choose --backend tensorflow, or --backend wasm --execution eager (also of bridle worker).';
  return new ConfigError('MODEL_NEEDS_TFJS', `${message} ${way}`);
}

/** How steps run on each backend, the fastest first. */
const executions: Readonly<Record<BackendName, readonly [Execution, ...Execution[]]>> = {
  native: ['native'],
  tensorflow: ['captured', 'eager'],
  wasm: ['native', 'eager'],
  webgpu: ['eager'],
};

/**
 * Chooses how steps run on `backend`: as asked, or with `auto` the fastest that it has.
 * @throws ConfigError EXECUTION_MISSING
 */
export function chooseExecution(backend: BackendName, choice: ExecutionChoice): Execution {
  const offered = executions[backend];
  const [fastest] = offered;
  if (choice === 'auto') return fastest;
  if (offered.includes(choice)) return choice;
  const message = `--execution ${choice} is not to be had on backend ${backend}, which runs steps ${offered.join(' or ')}.`;
  throw new ConfigError('EXECUTION_MISSING', `${message} Leave it out, or choose --backend tensorflow.`);
}

/** Looks at the package's folder: the package comes from npm, its addon from the set-up. */
export function tensorflowStatus(folder: string | undefined): BackendStatus {
  const name = 'tensorflow';
  const setup = 'npx bridle setup --tensorflow';
  if (folder === undefined) {
    const fix = `npm install --ignore-scripts @tensorflow/tfjs@4.22.0 ${tensorflowPackage}@4.22.0 && ${setup}`;
    return { name, available: false, reason: `The package ${tensorflowPackage} is not installed.`, fix };
  }
  if (!existsSync(join(folder, 'lib', 'napi-v8', 'tfjs_binding.node'))) {
    return { name, available: false, reason: `${tensorflowPackage} is there, its native addon is not.`, fix: setup };
  }
  return { name, available: true, reason: `${tensorflowPackage} and its native addon are installed.` };
}

/** The kernels as WebAssembly lie in the package; Node lacks WebAssembly only where it may not compile code. */
export function wasmStatus(hasWebAssembly = 'WebAssembly' in globalThis): BackendStatus {
  if (hasWebAssembly) return { name: 'wasm', available: true, reason: 'The kernels as WebAssembly come with bridle.' };
  const reason = 'This Node.js runs without WebAssembly.';
  return { name: 'wasm', available: false, reason, fix: 'start Node.js without --jitless' };
}

const webgpuPackages = ['webgpu', '@tensorflow/tfjs', '@tensorflow/tfjs-backend-webgpu'];

/** Vulkan's drivers, through which WebGPU reaches a card on Linux: the user's choice, or what is installed. */
function vulkanDrivers(): string[] {
  const chosen = process.env['VK_DRIVER_FILES'] ?? process.env['VK_ICD_FILENAMES'];
  if (chosen !== undefined) return chosen.split(':').filter((path) => existsSync(path));
  const folders = ['/etc/vulkan/icd.d', '/usr/share/vulkan/icd.d', '/usr/local/share/vulkan/icd.d'];
  return folders.filter((folder) => existsSync(folder)).flatMap((folder) => readdirSync(folder));
}

/** Looks for its packages, and on Linux for a driver; whether that finds a card, only loading tells. */
export function webgpuStatus(
  folders: readonly (string | undefined)[],
  drivers: readonly string[],
  platform: string = process.platform,
): BackendStatus {
  const name = 'webgpu';
  if (folders.includes(undefined)) {
    const fix = 'npm install webgpu@0.6.2 @tensorflow/tfjs@4.22.0 @tensorflow/tfjs-backend-webgpu@4.22.0';
    const missing = webgpuPackages.filter((_, i) => folders[i] === undefined);
    return { name, available: false, reason: `Not installed: ${missing.join(', ')}.`, fix };
  }
  if (platform !== 'linux') return { name, available: true, reason: 'Its packages are installed.' };
  if (drivers.length > 0) {
    return { name, available: true, reason: `Its packages are installed; Vulkan's drivers: ${drivers.join(', ')}.` };
  }
  const fix = "install libvulkan1 and the card's driver, or name a driver in VK_ICD_FILENAMES";
  return { name, available: false, reason: 'Its packages are installed, a driver for Vulkan is not.', fix };
}

/** The folder of an installed package, or undefined. */
export function findPackage(name: string): string | undefined {
  try {
    return dirname(require.resolve(`${name}/package.json`));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}
