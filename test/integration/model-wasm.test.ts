import { createNativeNetwork } from '../../src/native/native-network.js';
import { loadWasmAddon, wasmKernels } from '../../src/native/wasm-addon.js';
import { describeModels } from './model-suite.js';

describeModels('wasm', async () => {
  const addon = await loadWasmAddon();
  return (spec) => createNativeNetwork(addon, wasmKernels, spec, 1);
});
