// From settled values to a run that can start: everything that can be refused is refused here, then its folder is made.
import { basename, extname, join } from 'node:path';
import { createRunFolder } from '../checkpoint/run-folder.js';
import { isDataModule } from '../config/data-type.js';
import type { CommandLine } from '../config/parse-command-line.js';
import type { Environment } from '../config/read-environment.js';
import { resolveTraining } from '../config/resolve-training.js';
import { formatRunConfig } from '../config/run-config.js';
import type { Values } from '../config/schema.js';
import { readListenAddress } from '../config/value-types.js';
import type { RunLocation, TrainingOptions } from '../coordinator/training-options.js';
import type { OwnData } from '../data/define-data.js';
import { findMnistPackage } from '../data/mnist-rows.js';
import type { LaunchOptions, Listen } from '../launch/launch-options.js';
import type { DoneEvent, RunEvent } from '../metrics/events.js';
import { checkInputFiles } from './check-input-files.js';
import { openLog } from './open-log.js';
import { readToken } from './read-token.js';
import type { SettledRun } from './settle-run.js';

/** How a run gets its workers: local processes, or from elsewhere. */
export interface Launcher {
  /** Local workers; undefined: as the options say. */
  readonly workers?: 0;
  /** Refuses, before anything is made, what cannot run here. */
  readonly check?: (training: TrainingOptions) => void;
  readonly run: (training: TrainingOptions, launch: LaunchOptions) => Promise<DoneEvent>;
}

export interface RunRequest extends SettledRun {
  /** Where the data are a value, not an option. */
  readonly data?: OwnData;
  readonly launcher: Launcher;
  /** Where BRIDLE_TOKEN may be; a program's run reads none. */
  readonly env: Environment;
  /** For run.json. It holds no secret. */
  readonly command: readonly string[];
}

export interface ReadyRun {
  readonly runDir: string;
  readonly dataDigest: string;
  /** Runs to the end; `signal` saves and stops. */
  start(signal: AbortSignal, onEvent: (event: RunEvent) => void): Promise<DoneEvent>;
}

/** The name of a user's file, as a part of a folder's name. */
function stemOf(path: string): string {
  return basename(path, extname(path)).replace(/[^A-Za-z0-9._-]+/g, '-');
}

async function locate(values: Values, resumedDir: string | undefined): Promise<RunLocation> {
  if (resumedDir !== undefined) return { runDir: resumedDir, resume: true };
  const data = isDataModule(values.data) ? stemOf(values.data) : values.data;
  const name = values.runName ?? `${data}-${values.model === undefined ? values.cell : stemOf(values.model)}`;
  return { runDir: await createRunFolder(values.out, name, new Date()), resume: false };
}

function listenOf({ values, sources }: CommandLine): Listen {
  const address = readListenAddress(values.listen);
  return 'unixPath' in address ? address : { ...address, explicit: sources.listen.kind !== 'default' };
}

/** Looks at everything that the run will need, while refusing is still free. */
export async function checkNeeds(values: Values): Promise<void> {
  await checkInputFiles(values, ['model', 'dataPath', 'initFrom', 'tlsCert', 'tlsKey']);
  if (values.data === 'mnist-rows') findMnistPackage([join(process.cwd(), 'from-here.js'), import.meta.url]);
}

/** Reads the data, checks what the run needs, and makes its folder. */
export async function readyRun({ line, resumedDir, data, launcher, env, command }: RunRequest): Promise<ReadyRun> {
  const { values } = line;
  const training = resolveTraining(values, data);
  await checkNeeds(values);
  launcher.check?.(training);
  const token = await readToken(values.tokenFile, env);
  const { prepareRun } = await import('../launch/prepare-run.js');
  const prepared = await prepareRun(training);
  const location = await locate(values, resumedDir);
  const { advertise, tlsCert, tlsKey, recordGradients } = values;
  return {
    runDir: location.runDir,
    dataDigest: prepared.plan.dataset.digest,
    start: async (signal, onEvent) => {
      const { log, close } = openLog(join(location.runDir, 'logs', 'coordinator.log'), values.verbose);
      try {
        return await launcher.run(training, {
          location,
          prepared,
          workers: launcher.workers ?? values.workers,
          threads: values.threads,
          listen: listenOf(line),
          ...(token === undefined ? {} : { token }),
          ...(advertise === undefined ? {} : { advertise }),
          ...(tlsCert === undefined || tlsKey === undefined ? {} : { tls: { certPath: tlsCert, keyPath: tlsKey } }),
          insecure: values.insecure,
          maxRestarts: values.maxRestarts,
          payload: values.payload,
          logEvery: values.logEvery ?? 0,
          ...(recordGradients === undefined ? {} : { recordGradients }),
          signal,
          onEvent,
          log,
          configYaml: formatRunConfig(line),
          command,
        });
      } finally {
        close();
      }
    },
  };
}
