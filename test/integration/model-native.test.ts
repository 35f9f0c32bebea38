import { loadNativeAddon } from '../../src/backend/native-addon.js';
import { createNativeNetwork } from '../../src/native/native-network.js';
import { describeModels } from './model-suite.js';

const addon = loadNativeAddon();
// Every set of kernels that this processor runs passes the whole suite; their bits are compared in test/unit/backend.
for (const kernels of addon.kernels()) {
  describeModels('native', async () => (spec) => createNativeNetwork(addon, kernels, spec, 1));
}
