// What train and coordinator share: settle the options, make the run's folder, watch the run, say how it ended.
import { join } from 'node:path';
import { createRunFolder, resolveRunFolder } from '../checkpoint/run-folder.js';
import { addConfigFile } from '../config/config-file.js';
import {
  settleCommandLine,
  throwProblems,
  type CommandLine,
  type GivenCommandLine,
} from '../config/parse-command-line.js';
import { resolveTraining } from '../config/resolve-training.js';
import { formatRunConfig, loadRunConfig } from '../config/run-config.js';
import { options, type Values } from '../config/schema.js';
import { readListenAddress } from '../config/value-types.js';
import type { RunLocation, TrainingOptions } from '../coordinator/training-options.js';
import { findMnistPackage } from '../data/mnist-rows.js';
import { exitCodes } from '../errors.js';
import type { LaunchOptions, Listen } from '../launch/launch-options.js';
import type { DoneEvent } from '../metrics/events.js';
import { checkInputFiles } from './check-input-files.js';
import type { Surroundings } from './command.js';
import { openLog } from './open-log.js';
import { createRunOutput } from './output/run-output.js';
import { readToken } from './read-token.js';
import { watchStop } from './watch-stop.js';

export type RunTraining = (training: TrainingOptions, launch: LaunchOptions) => Promise<DoneEvent>;

export interface Session {
  readonly given: GivenCommandLine;
  readonly around: Surroundings;
  /** Local workers; undefined: as --workers says. */
  readonly workers?: 0;
  /** Refuses, before anything is made, what this command cannot run. */
  readonly check?: (training: TrainingOptions) => void;
  readonly run: RunTraining;
}

/** Settles what was given, the config file and the run to go on with included. */
export async function settleRun(given: GivenCommandLine): Promise<{ line: CommandLine; resumedDir?: string }> {
  await addConfigFile(given.command, given);
  const target = given.values.get('resume') as Values['resume'];
  if (target === undefined) return { line: settleCommandLine(given) };
  throwProblems(given.problems);
  const parent = (given.values.get('out') as string | undefined) ?? options.out.default;
  const resumedDir = await resolveRunFolder(parent, target === 'latest' ? undefined : target);
  return { line: settleCommandLine(given, await loadRunConfig(resumedDir)), resumedDir };
}

async function locate(values: Values, resumedDir: string | undefined): Promise<RunLocation> {
  if (resumedDir !== undefined) return { runDir: resumedDir, resume: true };
  const name = values.runName ?? `${values.data}-${values.cell}`;
  return { runDir: await createRunFolder(values.out, name, new Date()), resume: false };
}

function listenOf({ values, sources }: CommandLine): Listen {
  const address = readListenAddress(values.listen);
  return 'unixPath' in address ? address : { ...address, explicit: sources.listen.kind !== 'default' };
}

/** Looks at everything that the run will need, while refusing is still free. */
async function checkNeeds(values: Values): Promise<void> {
  await checkInputFiles(values, ['dataPath', 'initFrom', 'tlsCert', 'tlsKey']);
  if (values.data === 'mnist-rows') findMnistPackage([join(process.cwd(), 'from-here.js'), import.meta.url]);
}

/** The command line as run.json keeps it; a token in it was refused before. */
function commandWords(given: GivenCommandLine): string[] {
  return ['bridle', given.command, ...given.args];
}

/** Runs `session.run` from a given command line to an exit code. */
export async function runSession(session: Session): Promise<number> {
  const { given, around } = session;
  const { line, resumedDir } = await settleRun(given);
  const { values } = line;
  const training = resolveTraining(values);
  await checkNeeds(values);
  session.check?.(training);
  const token = await readToken(values.tokenFile, around.env);
  const { prepareRun } = await import('../launch/prepare-run.js');
  const prepared = await prepareRun(training);
  const location = await locate(values, resumedDir);
  const log = openLog(join(location.runDir, 'logs', 'coordinator.log'), values.verbose);
  const logEvery = values.logEvery ?? 0;
  const { json, quiet } = values;
  const output = createRunOutput({ command: line.command, ...around, json, quiet, logEvery, nowMs: Date.now });
  const stop = watchStop(output, 'saving and stopping');
  const { tlsCert, tlsKey } = values;
  try {
    const done = await session.run(training, {
      location,
      prepared,
      workers: session.workers ?? values.workers,
      threads: values.threads,
      listen: listenOf(line),
      ...(token === undefined ? {} : { token }),
      ...(tlsCert === undefined || tlsKey === undefined ? {} : { tls: { certPath: tlsCert, keyPath: tlsKey } }),
      insecure: values.insecure,
      maxRestarts: values.maxRestarts,
      logEvery,
      ...(values.recordGradients === undefined ? {} : { recordGradients: values.recordGradients }),
      signal: stop.signal,
      onEvent: output.onEvent,
      log,
      configYaml: formatRunConfig(line),
      command: commandWords(given),
    });
    output.finish(done);
    return (done.reason === 'stopped' ? stop.exitCode() : undefined) ?? exitCodes.done;
  } finally {
    stop.release();
    output.clear();
  }
}
