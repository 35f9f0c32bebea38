// tfjs on WebGPU under Node: Dawn from the npm package `webgpu`, where a browser has it built in.
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import type { Backend } from './backend.js';
import { webgpuKernelId } from './kernel-id.js';
import { readWhileWaiting, watchDawn, type WebgpuBackend } from './read-while-waiting.js';

const require = createRequire(import.meta.url);

interface Gpu {
  requestAdapter(): Promise<{ readonly info: AdapterInfo } | null>;
}

interface AdapterInfo {
  readonly vendor: string;
  readonly architecture: string;
  readonly device: string;
  readonly description: string;
}

interface DawnPackage {
  create(options: string[]): Gpu;
  readonly globals: object;
}

/** Makes `webgpu` the backend of `tf`, whose tensors can then be read while the caller waits. */
export async function loadWebgpu(tf: Backend['tf']): Promise<Backend> {
  const poll = watchDawn();
  const { vendor, architecture, device, description } = (await openGpu()).info; // accessors: a spread would copy nothing
  require('@tensorflow/tfjs-backend-webgpu');
  // What few values hold would be computed in JavaScript, by the engine's own Math.
  tf.env().set('WEBGPU_CPU_FORWARD', false);
  if (!(await tf.setBackend('webgpu'))) throw new Error('tfjs could not open the GPU.');
  readWhileWaiting(tf.backend() as unknown as WebgpuBackend, poll);
  const { version } = require('webgpu/package.json') as { version: string };
  return {
    name: 'webgpu',
    tf,
    kernelId: webgpuKernelId({
      ...{ tfjsVersion: tf.version.tfjs, dawnVersion: version },
      ...{ vendor, architecture, device, description },
    }),
    description: `WebGPU on ${[vendor, device || architecture, description].filter(Boolean).join(' ')}`,
  };
}

/** Puts WebGPU where tfjs looks for it, and finds the card. */
async function openGpu(): Promise<{ readonly info: AdapterInfo }> {
  const dawn = (await import(pathToFileURL(require.resolve('webgpu')).href)) as DawnPackage;
  Object.assign(globalThis, dawn.globals);
  const gpu = dawn.create([]);
  // Node has a navigator since version 21, without a gpu.
  const host = globalThis as { navigator?: object };
  if (host.navigator === undefined) {
    Object.defineProperty(host, 'navigator', { value: {}, configurable: true, writable: true });
  }
  Object.defineProperty(host.navigator, 'gpu', { value: gpu, configurable: true });
  const adapter = await gpu.requestAdapter();
  if (adapter) return adapter;
  throw new Error('no driver offers a GPU to Vulkan; VK_ICD_FILENAMES can name one, a software renderer too.');
}
