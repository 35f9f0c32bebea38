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
import { createRunOutput } from './output/run-output.js';
import { watchStop } from './watch-stop.js';

const noMeasure = '--no-measure';

/** It takes the flags of bridle train, and one of its own. */
export const estimate: CommandBody = async ({ args }, around) => {
  const flags = args.filter((argument) => argument !== noMeasure);
  const { values } = (await settleRun(readCommandLine(['train', ...flags], around.env))).line;
  await checkNeeds(values);
  const { workers, threads, payload, json } = values;
  const measures = flags.length === args.length;
  const output = createRunOutput({ command: 'estimate', ...around, json, quiet: false, logEvery: 0, nowMs: Date.now });
  const stop = watchStop(output, 'ending the trial');
  try {
    const options = { workers, threads, payload, measures, signal: stop.signal };
    const found = await estimateRun(resolveTraining(values), options);
    around.stdout.write(json ? `${formatJsonLine({ event: 'estimate', ...found })}\n` : formatEstimate(found));
    return stop.exitCode() ?? exitCodes.done;
  } finally {
    stop.release();
  }
};
