// bridle diagnose: looks at a checkpoint's recurrence on a few examples of its run's next step.
import { writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { findCheckpoint } from '../checkpoint/find-checkpoint.js';
import { settleCommandLine } from '../config/parse-command-line.js';
import { resolveTraining } from '../config/resolve-training.js';
import { diagnosedExamples } from '../coordinator/diagnoser.js';
import { exitCodes } from '../errors.js';
import { prepareRun } from '../launch/prepare-run.js';
import { settleRun } from '../library/settle-run.js';
import { readTrainConfig } from '../library/train-config.js';
import { requireBuiltIn } from '../params/own-model-spec.js';
import { diagnose as diagnoseParams } from '../replay/diagnose.js';
import type { CommandBody } from './command.js';
import { formatDiagnosis } from './output/format-diagnosis.js';
import { formatDiagnosisPage } from './output/format-diagnosis-page.js';
import { formatJsonLine } from './output/json-line.js';

export const diagnose: CommandBody = async (given, around) => {
  const { values, positionals } = settleCommandLine(given);
  const { path, snapshot } = await findCheckpoint(positionals[0] ?? 'latest', values.out);
  const { line } = await settleRun(readTrainConfig('train', { resume: dirname(dirname(path)) }).given);
  const { plan } = await prepareRun(resolveTraining(line.values));
  const model = requireBuiltIn(plan.model, 'bridle diagnose');
  const { step, params } = snapshot;
  const diagnosis = diagnoseParams(model, params, diagnosedExamples(plan, step));
  const report = { path, step, cell: model.cell, ...diagnosis };
  if (values.report !== undefined) await writeFile(values.report, formatDiagnosisPage(report));
  const json = { event: 'diagnosis', ...report };
  around.stdout.write(values.json ? `${formatJsonLine(json)}\n` : formatDiagnosis(report));
  return exitCodes.done;
};
