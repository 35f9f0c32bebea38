#!/usr/bin/env node
// Makes a checkout, or a project that installed bridle, ready to train. Safe to run again: what is there is left alone.
// Usage: node scripts/setup.mjs [--tensorflow] [--if-needed]
//   --tensorflow  also fetches TensorFlow (0.9 GB on disk); without it that is done only where an NVIDIA card is
//   --if-needed   a TensorFlow that failed before is not tried again
// Writes only into .bridle/, node_modules/ and dist/ of the project. It runs before `npm ci`: Node's own modules only.
import { existsSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from './setup/build.mjs';
import { buildKernels } from './setup/native-kernels.mjs';
import { installPackages } from './setup/npm-packages.mjs';
import { say, SetupError, withLock } from './setup/shell.mjs';
import { hasGpu, installTensorFlow } from './setup/tensorflow.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const isInstalled = root.split(sep).includes('node_modules');

/** The user's project when bridle lies in its node_modules: the nearest folder with one, from here up. */
function findUserProject() {
  for (let folder = process.cwd(); ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'node_modules'))) return folder;
    if (folder === dirname(folder))
      throw new SetupError('no node_modules here; run this in the project that uses bridle');
  }
}

try {
  const project = isInstalled ? findUserProject() : root;
  withLock(project, () => {
    if (!isInstalled) {
      installPackages(project);
      build(project);
    }
    buildKernels(root);
    const isAsked = process.argv.includes('--tensorflow');
    if (isAsked || hasGpu()) installTensorFlow(project, { isAsked, retries: !process.argv.includes('--if-needed') });
  });
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  say(error.message);
  process.exitCode = 1;
}
