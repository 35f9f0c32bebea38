// bridle train: a coordinator and local workers.
import { localLauncher } from '../library/launchers.js';
import type { CommandBody } from './command.js';
import { runSession } from './run-session.js';

export const train: CommandBody = (given, around) => runSession(given, around, localLauncher);
