// From arguments to a command and its exit code. Bodies are imported when they run: help must answer at once.
import { commandNames } from '../config/commands.js';
import type { CommandName } from '../config/option.js';
import type { GivenCommandLine } from '../config/parse-command-line.js';
import { BridleError, exitCodes } from '../errors.js';
import type { CommandBody, Surroundings } from './command.js';
import { formatOverview } from './overview.js';

const bodies: Readonly<Record<CommandName, () => Promise<CommandBody>>> = {
  train: async () => (await import('./train.js')).train,
  coordinator: async () => (await import('./coordinator.js')).coordinator,
  worker: async () => (await import('./worker.js')).worker,
  setup: async () => (await import('./setup.js')).setup,
  doctor: async () => (await import('./doctor.js')).doctor,
  replay: async () => (await import('./replay.js')).replay,
  diagnose: async () => (await import('./diagnose.js')).diagnose,
  inspect: async () => (await import('./inspect.js')).inspect,
  evaluate: async () => (await import('./evaluate.js')).evaluate,
  predict: async () => (await import('./predict.js')).predict,
  generate: async () => (await import('./generate.js')).generate,
  export: async () => (await import('./export.js')).exportModel,
  reproduce: async () => (await import('./reproduce.js')).reproduce,
  estimate: async () => (await import('./estimate.js')).estimate,
  config: async () => (await import('./config.js')).config,
  lab: async () => (await import('./lab.js')).lab,
  cert: async () => (await import('./cert.js')).cert,
  bench: async () => (await import('./bench.js')).bench,
};

function asksFor(args: readonly string[], ...spellings: readonly string[]): boolean {
  const end = args.indexOf('--');
  return (end < 0 ? args : args.slice(0, end)).some((argument) => spellings.includes(argument));
}

async function writeHelp(word: string | undefined, around: Surroundings): Promise<number> {
  if (word === undefined || word.startsWith('-')) {
    around.stdout.write(formatOverview());
    return exitCodes.done;
  }
  const { readCommandName } = await import('../config/parse-command-line.js');
  const { formatCommandHelp } = await import('../config/help-text.js');
  around.stdout.write(formatCommandHelp(readCommandName(word)));
  return exitCodes.done;
}

async function runCommand(argv: readonly string[], around: Surroundings): Promise<number> {
  const [word, ...args] = argv;
  if (word === 'help') return writeHelp(args[0], around);
  if (word === undefined || word === '--help' || word === '-h') return writeHelp(undefined, around);
  if (word === '--version' || word === '-V') {
    const { readVersion } = await import('./package-info.js');
    around.stdout.write(`bridle ${await readVersion()}\n`);
    return exitCodes.done;
  }
  if (asksFor(args, '--help', '-h')) return writeHelp(word, around);
  const command = commandNames.find((name) => name === word);
  if (command === 'setup' || command === 'config' || command === 'estimate')
    return (await bodies[command]())(giveUnread(command, args), around);
  const { readCommandLine } = await import('../config/parse-command-line.js');
  const given = readCommandLine(argv, around.env);
  return (await bodies[given.command]())(given, around);
}

// Set-up runs before anything is installed or checked; config and estimate take the flags of another command. They read for themselves.
function giveUnread(command: CommandName, args: readonly string[]): GivenCommandLine {
  return {
    command,
    args,
    values: new Map(),
    sources: new Map(),
    positionals: [],
    refused: new Set(),
    problems: [],
  };
}

async function reportError(error: unknown, argv: readonly string[], around: Surroundings): Promise<number> {
  const isVerbose = asksFor(argv, '--verbose');
  const isExpected = error instanceof BridleError;
  const code = isExpected ? error.code : 'UNEXPECTED';
  const message = error instanceof Error ? error.message : String(error);
  if (asksFor(argv, '--json')) {
    const { formatJsonLine } = await import('./output/json-line.js');
    around.stdout.write(`${formatJsonLine({ event: 'error', code, message })}\n`);
  }
  around.stderr.write(`error ${code}: ${message}\n`);
  if (isExpected) return error.exitCode;
  const stack = error instanceof Error ? error.stack : undefined;
  around.stderr.write(
    isVerbose && stack !== undefined
      ? `${stack}\n`
      : 'This is a bug in bridle or in its surroundings. --verbose shows where it happened; please report it.\n',
  );
  return exitCodes.unexpected;
}

/** Runs one command line (without node and script) to its exit code. Never throws. */
export async function dispatch(argv: readonly string[], around: Surroundings): Promise<number> {
  try {
    return await runCommand(argv, around);
  } catch (error) {
    return reportError(error, argv, around);
  }
}
