import { loadBackend } from '../../src/backend/load-backend.js';
import { describeModels, describeTfjs, tfjsFactory } from './model-suite.js';

const load = async () => (await loadBackend('tensorflow', { threads: 1 })).tf;
describeModels('tensorflow', async () => tfjsFactory(await load()));
describeTfjs('tensorflow', load);
