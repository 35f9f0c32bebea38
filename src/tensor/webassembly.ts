// The part of the WebAssembly API that bridle uses: neither Node's nor ECMAScript's types declare it.

/** Linear memory: shared, so that views of it stay whole when it grows. */
export interface WasmMemory {
  readonly buffer: SharedArrayBuffer;
  /** Grows by `pages` of 64 KiB; throws RangeError when the system or the maximum refuses. */
  grow(pages: number): number;
}

interface MemoryDescriptor {
  readonly initial: number;
  readonly maximum: number;
  readonly shared: true;
}

/** A compiled module: opaque. */
export interface WasmModule {
  readonly [wasmModule]: never;
}
declare const wasmModule: unique symbol;

export interface WebAssemblyApi {
  readonly Memory: new (descriptor: MemoryDescriptor) => WasmMemory;
  readonly Module: new (bytes: Uint8Array) => WasmModule;
  compile(bytes: Uint8Array): Promise<WasmModule>;
  readonly Instance: new (module: WasmModule, imports: object) => { readonly exports: object };
}

/** The host's WebAssembly; undefined where there is none. */
export const webAssembly = (globalThis as { readonly WebAssembly?: WebAssemblyApi }).WebAssembly;
