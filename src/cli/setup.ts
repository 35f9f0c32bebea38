// bridle setup: runs the set-up script of the package, which needs nothing installed.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { join } from 'node:path';
import { exitCodes } from '../errors.js';
import type { CommandBody } from './command.js';
import { packageFolder } from './package-info.js';

export const setup: CommandBody = async ({ args }) => {
  const script = join(packageFolder, 'scripts', 'setup.mjs');
  const child = spawn(process.execPath, [script, ...args], { stdio: 'inherit' });
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  if (signal !== null) return 128 + constants.signals[signal];
  return code ?? exitCodes.unexpected;
};
