// Tensors of tfjs's WebGPU backend, read while the caller waits. tfjs itself can do that only in a browser, by drawing on a canvas.
// Under Node, Dawn looks at the GPU in functions that it hands to setImmediate; called here and now, they finish a mapping without
// a turn of the event loop.
import { BridleError, exitCodes } from '../errors.js';

/** The parts of tfjs-backend-webgpu 4.22.0 and of WebGPU that a read needs. */
export interface WebgpuBackend {
  readonly tensorMap: { get(dataId: object): TensorData };
  readonly bufferManager: {
    acquireBuffer(size: number, usage: number): GpuBuffer;
    releaseBuffer(buffer: GpuBuffer): void;
  };
  readonly commandEncoder: {
    copyBufferToBuffer(from: GpuBuffer, fromOffset: number, to: GpuBuffer, toOffset: number, size: number): void;
  };
  ensureCommandEncoderReady(): void;
  endComputePassEncoder(): void;
  submitQueue(): void;
  readSync(dataId: object): Values;
}

type Values = Float32Array | Int32Array | Uint8Array;

interface TensorData {
  readonly dtype: 'float32' | 'int32' | 'bool';
  readonly resource: GpuBuffer;
  values: Values | null;
}

interface GpuBuffer {
  readonly size: number;
  readonly mapState: 'unmapped' | 'pending' | 'mapped';
  mapAsync(mode: number): Promise<void>;
  getMappedRange(): ArrayBuffer;
  unmap(): void;
}

/** GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ, and GPUMapMode.READ. */
const readableCopy = 0x0008 | 0x0001;
const mapForReading = 0x0001;

/** No step takes this long; without an end a lost device would spin for ever. */
const readTimeoutMs = 300_000;
const pauseMs = 0.05;

/** Watches setImmediate from now on; the result calls what Dawn has handed to it and Node has not yet called. */
export function watchDawn(): () => void {
  const pending = new Set<() => void>();
  const original = globalThis.setImmediate;
  globalThis.setImmediate = ((callback: (...args: unknown[]) => void, ...args: unknown[]) => {
    // Dawn's functions are native ones. Nobody else's may run before its turn.
    if (!/\[native code\]/.test(Function.prototype.toString.call(callback))) return original(callback, ...args);
    const once = (): void => {
      if (pending.delete(once)) callback(...args);
    };
    pending.add(once);
    return original(once);
  }) as typeof setImmediate;
  return () => {
    for (const once of [...pending]) once();
  };
}

/** Gives `backend` a `readSync` that works under Node; `poll` is what `watchDawn` returned. */
export function readWhileWaiting(backend: WebgpuBackend, poll: () => void): void {
  backend.readSync = (dataId) => {
    const data = backend.tensorMap.get(dataId);
    data.values ??= valuesOf(data.dtype, readBuffer(backend, data.resource, poll));
    return data.values;
  };
}

function readBuffer(backend: WebgpuBackend, buffer: GpuBuffer, poll: () => void): ArrayBuffer {
  const copy = backend.bufferManager.acquireBuffer(buffer.size, readableCopy);
  backend.ensureCommandEncoderReady();
  backend.endComputePassEncoder();
  backend.commandEncoder.copyBufferToBuffer(buffer, 0, copy, 0, buffer.size);
  backend.submitQueue();
  copy.mapAsync(mapForReading).catch(() => undefined); // mapState below tells the same, and sooner
  const deadline = Date.now() + readTimeoutMs;
  const sleep = new Int32Array(new SharedArrayBuffer(4));
  while (copy.mapState === 'pending' && Date.now() < deadline) {
    poll();
    Atomics.wait(sleep, 0, 0, pauseMs); // a software renderer wants the core
  }
  if (copy.mapState !== 'mapped') {
    const message =
      'The GPU gave a result back neither in time nor at all: its driver was lost. Start the worker again.';
    throw new BridleError('BACKEND_FAILED', message, exitCodes.unexpected);
  }
  const bytes = copy.getMappedRange().slice(0);
  copy.unmap();
  backend.bufferManager.releaseBuffer(copy);
  return bytes;
}

/** The GPU keeps every type in words of 4 bytes. */
function valuesOf(dtype: TensorData['dtype'], bytes: ArrayBuffer): Values {
  if (dtype === 'float32') return new Float32Array(bytes);
  return dtype === 'int32' ? new Int32Array(bytes) : Uint8Array.from(new Int32Array(bytes));
}
