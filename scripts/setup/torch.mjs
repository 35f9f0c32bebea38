// PyTorch in an environment of its own, .bridle/torch, with Keras and onnxruntime: what models are opened in and steps measured against.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { run, say } from './shell.mjs';

const packages = ['torch==2.15.0', 'numpy==2.4.6', 'safetensors==0.8.0', 'keras==3.15.1', 'onnxruntime==1.32.0'];
// Keras takes seconds to load: that it is there is enough.
const check =
  'import importlib.util, torch, numpy, safetensors.torch, onnxruntime; assert importlib.util.find_spec("keras")';

/**
 * Installs it unless it is there, or says what is left out and how to get it.
 * @param {string} project
 * @param {boolean} isWanted
 * @returns {boolean} whether it is there
 */
export function installTorch(project, isWanted) {
  const folder = join(project, '.bridle', 'torch');
  const python = join(folder, 'bin', 'python');
  if (existsSync(python) && run(python, ['-c', check]).status === 0) return true;
  if (!isWanted) {
    say('left out: what compares with PyTorch (5 GB on disk). To have it: node scripts/install-torch.mjs');
    return false;
  }
  say('installing PyTorch into .bridle/torch (about 2.5 GB to download, 5 GB on disk)');
  const isInstalled =
    run('python3', ['-m', 'venv', folder]).status === 0 &&
    run(python, ['-m', 'pip', 'install', '--quiet', '--only-binary=:all:', ...packages]).status === 0;
  if (!isInstalled) say('left out: what compares with PyTorch; python3 -m venv or pip install failed');
  return isInstalled;
}
