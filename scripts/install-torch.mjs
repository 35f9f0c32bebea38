// Installs PyTorch beside bridle, for `bridle bench step` and the tests that compare with it: node scripts/install-torch.mjs
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installTorch } from './setup/torch.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
process.exitCode = installTorch(root, true) ? 0 : 1;
