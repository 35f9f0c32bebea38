// The scores of a checkpoint on a split of its run's data, without a coordinator.
import { dirname, join } from 'node:path';
import { readRunRecord } from '../checkpoint/run-folder.js';
import { settleCommandLine, type GivenCommandLine } from '../config/parse-command-line.js';
import { resolveTraining } from '../config/resolve-training.js';
import { loadRunConfig } from '../config/run-config.js';
import { planRun, type RunPlan } from '../coordinator/run-plan.js';
import type { OwnData } from '../data/define-data.js';
import { loadDataset } from '../data/load-dataset.js';
import { differenceOf } from '../data/preprocessing.js';
import { ConfigError } from '../errors.js';
import { evaluateSplit } from '../inference/evaluate-split.js';
import type { EvaluateOptions, Evaluation } from './model.js';
import { openModel, type OpenModel } from './open-model.js';

/** Scores a checkpoint; `parent` is where runs are looked for by name. Throws as `evaluate` of the library. */
export async function evaluateCheckpoint(path: string, options: EvaluateOptions, parent = 'runs'): Promise<Evaluation> {
  const { split = 'test', data: own } = options;
  const open = await openModel(path, options, parent);
  const { model, network } = open;
  try {
    const runDir = dirname(dirname(model.path));
    const plan = await planOfRun(runDir, open, own);
    const data = plan.dataset[split];
    if (!data) throw new ConfigError('SPLIT_MISSING', `The data have no split ${split}: they have train and test.`);
    const { dataDigest } = await readRunRecord(runDir);
    return {
      split,
      step: model.step,
      checkpoint: model.path,
      kernelId: model.kernelId,
      ...evaluateSplit(network, plan, data),
      isOtherData: dataDigest !== plan.dataset.digest,
    };
  } finally {
    network.dispose();
  }
}

/** What only concerns the run's sockets: nobody listens now. */
const dropped = ['listen', 'tlsCert', 'tlsKey'];

async function planOfRun(runDir: string, { stored }: OpenModel, own: OwnData | undefined): Promise<RunPlan> {
  const config = await loadRunConfig(runDir);
  const values = new Map([...config.values].filter(([name]) => !dropped.includes(name)));
  const given: GivenCommandLine = {
    ...{ command: 'train', args: [], positionals: [], refused: new Set(), problems: [] },
    values: new Map(),
    sources: new Map(),
  };
  const training = resolveTraining(settleCommandLine(given, { ...config, values }).values, own);
  const plan = planRun(await loadDataset(training.data), training);
  const part = differenceOf(stored.preprocessing, plan.dataset.preprocessing) ?? differenceOf(stored.spec, plan.model);
  if (part === undefined) return plan;
  throw new ConfigError(
    'DATA_PREPROCESSING',
    `The data's ${part} differs from the one in the checkpoint, so its inputs or outputs mean something else (${join(runDir, 'config.yaml')}). Restore the files.`,
  );
}
