// Loads tfjs with one backend. This is the only place that loads tfjs: importing bridle does not.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, sep } from 'node:path';
import { isMainThread } from 'node:worker_threads';
import { BridleError, ConfigError, exitCodes } from '../errors.js';
import { chooseBackend, findPackage } from './available-backends.js';
import type { Backend, BackendOptions, TfjsBackendName } from './backend.js';
import { backendEnvironment, findMissingEnvironment } from './environment.js';
import { parseInstructionSet, tensorflowKernelId, tfjsWasmKernelId } from './kernel-id.js';
import { loadWebgpu } from './load-webgpu.js';

// CommonJS on purpose: tfjs-node requires the CommonJS build of tfjs, and a second, ESM copy would be a second instance.
const require = createRequire(import.meta.url);

type Tf = Backend['tf'];

/** The face of tfjs-node-gpu's backend that is read here. */
interface NodeBackend {
  readonly binding: { readonly TF_Version: string };
  readonly isUsingGpuDevice: boolean;
}

interface WasmPackage {
  setWasmPaths(prefix: string): void;
}

/**
 * Loads tfjs and makes `name` its backend. Call it once, before anything else loads tfjs. In a worker_threads thread the
 * main thread must first have done `Object.assign(process.env, backendEnvironment(...))`.
 * @throws ConfigError BACKEND_UNAVAILABLE, THREADS; BridleError BACKEND_ENVIRONMENT, BACKEND_FAILED
 */
export async function loadBackend(name: TfjsBackendName, options: BackendOptions): Promise<Backend> {
  if (!Number.isInteger(options.threads) || options.threads < 1) {
    throw new ConfigError('THREADS', `threads must be a whole number from 1, got ${options.threads}.`);
  }
  chooseBackend(name);
  try {
    if (name === 'webgpu') return await loadWebgpu(loadTfjs());
    return name === 'tensorflow' ? await loadTensorFlow(options) : await loadWasm();
  } catch (error) {
    if (error instanceof BridleError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    const message = `The ${name} backend is installed but does not load: ${reason} Try: ${remedies[name]}`;
    throw new BridleError('BACKEND_FAILED', message, exitCodes.unexpected, { cause: error });
  }
}

const remedies: Readonly<Record<TfjsBackendName, string>> = {
  tensorflow: 'npx bridle setup --tensorflow',
  wasm: 'npm install',
  webgpu: 'npx bridle doctor',
};

async function loadTensorFlow(options: BackendOptions): Promise<Backend> {
  setEnvironment('tensorflow', options);
  restoreOldUtil();
  const tf = loadTfjs();
  requireInstalled('@tensorflow/tfjs-node-gpu');
  await activate(tf, 'tensorflow');

  const node = tf.backend() as unknown as NodeBackend;
  const { threads } = options;
  const tensorflowVersion = node.binding.TF_Version;
  const isGpu = node.isUsingGpuDevice;
  return {
    name: 'tensorflow',
    tf,
    kernelId: tensorflowKernelId({
      tfjsVersion: tf.version.tfjs,
      tensorflowVersion,
      isGpu,
      hasOneDnn: process.env['TF_ENABLE_ONEDNN_OPTS'] !== '0',
      instructionSet: parseInstructionSet(process.arch, readCpuInfo()),
      threads,
      execution: options.execution === 'captured' ? 'captured' : 'eager',
    }),
    description: `TensorFlow ${tensorflowVersion} on ${isGpu ? 'the GPU' : `the CPU, ${threads} thread${threads === 1 ? '' : 's'}`}`,
  };
}

async function loadWasm(): Promise<Backend> {
  const tf = loadTfjs();
  const wasm = requireInstalled('@tensorflow/tfjs-backend-wasm') as WasmPackage;
  // Once it runs it refuses new paths.
  if (!('wasm' in tf.engine().registry)) {
    wasm.setWasmPaths(dirname(require.resolve('@tensorflow/tfjs-backend-wasm')) + sep);
  }
  await activate(tf, 'wasm');
  const hasSimd = Boolean(await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT'));
  return {
    name: 'wasm',
    tf,
    kernelId: tfjsWasmKernelId({ tfjsVersion: tf.version.tfjs, hasSimd }),
    description: `WebAssembly${hasSimd ? ' SIMD' : ' without SIMD'}, 1 thread`,
  };
}

function loadTfjs(): Tf {
  const tf = requireInstalled('@tensorflow/tfjs') as Tf;
  tf.env().set('PROD', true); // all it does is to keep tfjs's advertisements off stderr
  return tf;
}

/** bridle does not depend on tfjs, 270 MB with what it brings: whoever computes with it installs it. */
function requireInstalled(name: string): unknown {
  if (findPackage(name) !== undefined) return require(name);
  const message = `The package ${name} is not installed. To fix it: npm install --ignore-scripts ${name}@4.22.0`;
  throw new ConfigError('BACKEND_UNAVAILABLE', message);
}

async function activate(tf: Tf, name: TfjsBackendName): Promise<void> {
  const isActive = await tf.setBackend(name);
  if (!isActive || tf.getBackend() !== name) throw new Error(`tfjs chose ${tf.getBackend()} instead.`);
}

function setEnvironment(name: TfjsBackendName, options: BackendOptions): void {
  const needed = backendEnvironment(name, options, process.env);
  const missing = findMissingEnvironment(needed, process.env);
  if (!isMainThread && missing.length > 0) {
    throw new BridleError(
      'BACKEND_ENVIRONMENT',
      `A thread cannot set TensorFlow's environment: ${missing.join(', ')} must be set before it starts. ` +
        'Call Object.assign(process.env, backendEnvironment(...)) in the main thread first.',
      exitCodes.unexpected,
    );
  }
  Object.assign(process.env, needed);
}

/** tfjs-node 4.22 calls both: Node 23 removed the one and warns at the other. Only CommonJS's node:util can be changed. */
function restoreOldUtil(): void {
  const util = require('node:util') as {
    isNullOrUndefined?: (value: unknown) => boolean;
    isArray?: typeof Array.isArray;
  };
  util.isNullOrUndefined = (value) => value === null || value === undefined;
  util.isArray = Array.isArray;
}

function readCpuInfo(): string | undefined {
  return existsSync('/proc/cpuinfo') ? readFileSync('/proc/cpuinfo', 'utf8') : undefined;
}
