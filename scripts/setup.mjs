#!/usr/bin/env node
// Makes a checkout, or a project that installed bridle, ready to train. Safe to run again: what is there is left alone.
// Usage: node scripts/setup.mjs [--if-needed]; with --if-needed, a native TensorFlow that failed before is not tried again.
// Writes only into .bridle/, node_modules/ and dist/ of the project. It runs before `npm ci`: Node's own modules only.
import { existsSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from './setup/build.mjs';
import { installNative } from './setup/native.mjs';
import { installPackages } from './setup/npm-packages.mjs';
import { say, SetupError, withLock } from './setup/shell.mjs';

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
    installNative(project, { retries: !process.argv.includes('--if-needed') });
  });
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  say(error.message);
  process.exitCode = 1;
}
