// One instance of the WebAssembly module: its functions and its memory, and what becomes of a call that it cannot finish.
import { BridleError, exitCodes } from '../errors.js';
import { webAssembly, type WasmModule, type WebAssemblyApi } from '../tensor/webassembly.js';
import { badArgument, badBatch, noMemory } from './check-arguments.js';
import { kernelsModule } from './generated/kernels-module.js';

/** What native/wasm_face.cc exports; addresses are numbers of 32 bits. */
export interface KernelsExports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly __stack_pointer: { value: number };
  _initialize(): void;
  allocate(bytes: number): number;
  release(address: number): void;
  createNetwork(...shape: number[]): number;
  numParams(network: number): number;
  setParams(network: number, params: number): void;
  run(network: number, numShards: number, shards: number, grads: number, results: number): void;
  predict(network: number, shard: number, outputs: number): void;
  elementary(which: number, input: number, result: number, count: number): void;
}

export interface WasmInstance {
  /** Calls into the module. Throws `NATIVE_BATCH`, `NATIVE_MEMORY`, `NATIVE_ARGUMENT`; after the last the instance is of no use. */
  call<Value>(body: (exports: KernelsExports) => Value): Value;
}

/** Compiles the module; the result makes instances. Throws `BACKEND_FAILED` where WebAssembly or its SIMD is missing. */
export async function loadWasmModule(host: WebAssemblyApi | undefined = webAssembly): Promise<() => WasmInstance> {
  try {
    if (host === undefined) throw new Error('this program has no WebAssembly');
    const bytes = Uint8Array.from(atob(kernelsModule), (character) => character.charCodeAt(0));
    const module = await host.compile(bytes);
    return () => instantiate(host, module);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const message = `The WebAssembly kernels do not compile here: ${reason}. They need WebAssembly with SIMD.`;
    throw new BridleError('BACKEND_FAILED', message, exitCodes.unexpected, { cause: error });
  }
}

function instantiate(host: WebAssemblyApi, module: WasmModule): WasmInstance {
  const exports = makeExports(host, module);
  const { __stack_pointer: stack } = exports;
  let failure: Error | undefined;
  return {
    call(body) {
      if (failure) throw failure;
      const top = stack.value;
      try {
        return body(exports);
      } catch (error) {
        stack.value = top; // `refuse` threw through the module's frames: none of them could give its part back
        if (error instanceof BridleError) throw error;
        const reason = error instanceof Error ? error.message : String(error);
        failure = badArgument(`The WebAssembly kernels failed: ${reason}`);
        throw failure;
      }
    },
  };
}

function makeExports(host: WebAssemblyApi, module: WasmModule): KernelsExports {
  try {
    const exports = new host.Instance(module, { bridle: { refuse } }).exports as KernelsExports;
    const { _initialize: initialize } = exports;
    initialize();
    return exports;
  } catch (error) {
    if (error instanceof RangeError) throw noMemory(); // none is left for the instance's first pages
    throw error;
  }
}

/** The module's only import: ends a call that it cannot finish. */
function refuse(what: number, value: number, limit: number): never {
  if (what === 0) throw noMemory();
  throw badBatch(`The batch has ${what === 1 ? 'id' : 'class'} ${value}, wanted 0 to ${limit - 1}.`);
}
