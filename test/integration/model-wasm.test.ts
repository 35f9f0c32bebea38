import { loadBackend } from '../../src/backend/load-backend.js';
import { describeModels, describeTfjs, tfjsFactory } from './model-suite.js';

const load = async () => (await loadBackend('wasm', { threads: 1 })).tf;
describeModels('wasm', async () => tfjsFactory(await load()));
describeTfjs('wasm', load);
