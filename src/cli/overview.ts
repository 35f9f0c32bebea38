// bridle --help: the commands at a glance. It imports no option, so that it answers at once.
import { commandNames, commands } from '../config/commands.js';

/** What each exit code means. */
export const exitMeanings: readonly (readonly [code: string, meaning: string])[] = [
  ['0', 'done'],
  ['1', 'unexpected error; from bridle reproduce: another digest'],
  ['2', 'wrong usage or configuration'],
  ['3', 'a limit given by a flag was broken'],
  ['4', 'the training diverged'],
  ['5', 'cannot join, or lost the coordinator'],
  ['6', 'checkpoint unusable'],
  ['130, 143', 'saved and stopped by Ctrl-C or SIGTERM'],
];

/** Writes the overview of all commands. */
export function formatOverview(): string {
  return [
    'Usage: bridle COMMAND [flags]',
    '',
    'Trains recurrent networks data-parallel over WebSockets, with the same bits for any number of workers.',
    '',
    'Commands:',
    ...commandNames.map((name) => `  ${name.padEnd(14)}${commands[name].summary}`),
    '',
    'Start here:',
    '  bridle train --data mnist-rows --epochs 2',
    '',
    'bridle COMMAND --help or bridle help COMMAND lists flags and examples, bridle --version the version.',
    '',
  ].join('\n');
}
