// The compute thread as the worker's main thread sees it.
import { Worker } from 'node:worker_threads';
import { backendEnvironment } from '../backend/environment.js';
import { BridleError, exitCodes, type ExitCode } from '../errors.js';
import type { RunSpec } from '../protocol/run-spec.js';
import type { GradientPages } from './shared-memory.js';
import type { Computed, ComputeThreadData, FromCompute, ToCompute } from './compute-messages.js';

export interface ComputeHandlers {
  onComputed(result: Computed): void;
  onConfigured(isStacked: boolean): void;
  /** Something that takes long once is being built for a lease. */
  onPreparing(leaseId: number): void;
  /** The thread cannot go on; the worker must end. */
  onFailed(error: BridleError): void;
}

export class ComputeClient {
  readonly kernelId: string;
  readonly description: string;
  readonly #thread: Worker;
  readonly #revoked: Int32Array;

  private constructor(thread: Worker, revoked: Int32Array, ready: Extract<FromCompute, { type: 'ready' }>) {
    this.#thread = thread;
    this.#revoked = revoked;
    this.kernelId = ready.kernelId;
    this.description = ready.description;
  }

  /** Starts the thread; resolves when its backend is loaded and checked against reference gradients. */
  static start(
    { backend, execution, threads, modelPath }: Omit<ComputeThreadData, 'revoked'>,
    handlers: ComputeHandlers,
  ): Promise<ComputeClient> {
    // Read by native code when the addon loads: a thread's copy of the environment would come too late.
    Object.assign(process.env, backendEnvironment(backend, { threads }, process.env));
    const revoked = new SharedArrayBuffer(4);
    const data: ComputeThreadData = {
      backend,
      execution,
      threads,
      ...(modelPath !== undefined && { modelPath }),
      revoked,
    };
    const thread = new Worker(new URL('./compute-thread.js', import.meta.url), { workerData: data });
    return new Promise((resolve, reject) => {
      let isReady = false;
      const fail = (code: string, message: string, exitCode: ExitCode, cause?: unknown): void => {
        const error = new BridleError(code, message, exitCode, { cause });
        if (isReady) handlers.onFailed(error);
        else reject(error);
      };
      thread.on('message', (message: FromCompute) => {
        if (message.type === 'ready') {
          isReady = true;
          resolve(new ComputeClient(thread, new Int32Array(revoked), message));
        } else if (message.type === 'configured') handlers.onConfigured(message.isStacked);
        else if (message.type === 'computed') handlers.onComputed(message);
        else if (message.type === 'preparing') handlers.onPreparing(message.leaseId);
        else fail(message.code, message.message, message.exitCode);
      });
      thread.on('error', (cause) => fail(codeOf(cause), messageOf(cause), exitCodeOf(cause), cause));
      thread.on('exit', (code) =>
        fail('COMPUTE_FAILED', `The compute thread ended with code ${code}.`, exitCodes.unexpected),
      );
    });
  }

  configure(spec: RunSpec): void {
    this.#post({ type: 'configure', spec });
  }

  /** Has the thread compute gradients in the cells of shared memory, where it can. */
  useCells(pages: GradientPages): void {
    this.#post({ type: 'cells', pages });
  }

  /**
   * Has the thread take weights in. `params` is shared memory and may be written again when the next weights arrive: these come
   * after the round has ended, when what is still computed with the old ones is revoked, and its answer dropped.
   */
  setWeights(step: number, params: Float32Array): void {
    this.#post({ type: 'weights', step, params });
  }

  compute({ tasks, ...lease }: Omit<Extract<ToCompute, { type: 'compute' }>, 'type'>): void {
    // What was revoked concerned the lease before this one; a restarted coordinator counts its leases from 1 again.
    Atomics.store(this.#revoked, 0, 0);
    const buffers = tasks.flatMap(({ batch }) => [batch.inputs.buffer, batch.targets.buffer, batch.lengths.buffer]);
    this.#post({ type: 'compute', ...lease, tasks }, buffers as ArrayBuffer[]);
  }

  /** The lease that is being computed is no longer wanted, if it is this one. */
  revoke(leaseId: number): void {
    Atomics.store(this.#revoked, 0, leaseId);
  }

  #post(message: ToCompute, transfer: ArrayBuffer[] = []): void {
    this.#thread.postMessage(message, transfer);
  }
}

/** Errors cross threads as plain Error objects; their own fields survive. */
function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : 'COMPUTE_FAILED';
}

function exitCodeOf(error: unknown): ExitCode {
  const exitCode = (error as { exitCode?: unknown } | undefined)?.exitCode;
  return Object.values(exitCodes).find((known) => known === exitCode) ?? exitCodes.unexpected;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
