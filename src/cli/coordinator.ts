// bridle coordinator: a run whose workers join from elsewhere.
import { remoteLauncher } from '../library/launchers.js';
import type { CommandBody } from './command.js';
import { runSession } from './run-session.js';

export const coordinator: CommandBody = (given, around) => runSession(given, around, remoteLauncher);
