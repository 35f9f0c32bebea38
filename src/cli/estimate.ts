// bridle estimate: what a run will cost, before it runs.
import { readCommandLine } from '../config/parse-command-line.js';
import { resolveTraining } from '../config/resolve-training.js';
import { exitCodes } from '../errors.js';
import { estimateRun } from '../estimate/estimate-run.js';
import { checkNeeds } from '../library/ready-run.js';
import { settleRun } from '../library/settle-run.js';
import type { CommandBody } from './command.js';
import { formatEstimate } from './output/format-estimate.js';
import { formatJsonLine } from './output/json-line.js';

const noMeasure = '--no-measure';

/** It takes the flags of bridle train, and one of its own. */
export const estimate: CommandBody = async ({ args }, around) => {
  const flags = args.filter((argument) => argument !== noMeasure);
  const { values } = (await settleRun(readCommandLine(['train', ...flags], around.env))).line;
  await checkNeeds(values);
  const found = await estimateRun(resolveTraining(values), {
    workers: values.workers,
    threads: values.threads,
    payload: values.payload,
    measures: flags.length === args.length,
  });
  around.stdout.write(values.json ? `${formatJsonLine({ event: 'estimate', ...found })}\n` : formatEstimate(found));
  return exitCodes.done;
};
