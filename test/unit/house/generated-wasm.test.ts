// The committed WebAssembly module belongs to the committed sources. That its bytes are what they give, `npm test` looks at where
// the compiler is.
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { stampWasmSources } from '../../../scripts/setup/wasm-kernels.mjs';
import { kernelsModule, kernelsStamp } from '../../../src/native/generated/kernels-module.js';

it('holds the WebAssembly kernels to native/; after a change there: npm run generate:wasm', () => {
  expect(kernelsStamp).toBe(stampWasmSources(resolve(import.meta.dirname, '../../..')));
});

it('keeps the module small, since it travels with every worker', () => {
  expect(kernelsModule.length).toBeLessThan(100_000);
});
