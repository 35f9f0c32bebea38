// bridle lab: runs many trials that differ in one thing or several, and writes a report of who survived.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { settleCommandLine, type CommandLine } from '../config/parse-command-line.js';
import { ConfigError, exitCodes } from '../errors.js';
import type { Experiment, Trial } from '../lab/experiment.js';
import { formatLabPage } from '../lab/format-lab-page.js';
import { presets } from '../lab/presets.js';
import { runExperiment, type TrialOutcome } from '../lab/run-experiment.js';
import { planSweep } from '../lab/sweep.js';
import type { CommandBody, Surroundings } from './command.js';
import { formatProgress } from './output/format-progress.js';
import { formatValue } from './output/format-quantity.js';
import { formatJsonLine } from './output/json-line.js';
import { createRunOutput, isLive } from './output/run-output.js';
import { emptyView, observe } from './output/run-view.js';
import { watchStop } from './watch-stop.js';

/** Settles what is to be tried. Throws ConfigError LAB_PLAN. */
export function planLab({
  values: { preset, vary },
  positionals,
}: Pick<CommandLine, 'values' | 'positionals'>): Experiment {
  if (preset !== undefined && vary === undefined && positionals.length === 0) return presets[preset];
  if (preset === undefined && vary !== undefined) return planSweep(positionals, vary);
  const message =
    'bridle lab takes either --preset seed alone, or --vary NAME=VALUE,VALUE with the flags of bridle train behind --: bridle lab --vary cell=rnn,lstm -- --data adding --steps 300.';
  throw new ConfigError('LAB_PLAN', message);
}

/** The line of a running trial on a terminal: which it is, and how far. */
function createTrialLine(around: Surroundings, count: number) {
  let [head, view, drawnAt] = ['', emptyView, 0];
  const isShown = isLive(around);
  const columns = around.stderr.columns === undefined || around.stderr.columns === 0 ? 80 : around.stderr.columns;
  return {
    start(trial: Trial, index: number): void {
      head = `${index + 1}/${count} ${trial.name}  `;
      view = emptyView;
    },
    observe(event: Parameters<typeof observe>[1]): void {
      const now = Date.now();
      view = observe(view, event, now);
      if (!isShown || now - drawnAt < 100) return;
      drawnAt = now;
      around.stderr.write(`\r\u001b[2K${head}${formatProgress(view, now, Math.max(20, columns - 1 - head.length))}`);
    },
    clear(): void {
      if (isShown) around.stderr.write('\r\u001b[2K');
    },
  };
}

function formatOutcome({ trial, result }: TrialOutcome, isKnown: boolean): string {
  const { verdict, steps, firstLoss, lastLoss, largestNorm, seconds, error } = result;
  const end = error === undefined ? '' : ` (${error.code})`;
  const figures = `loss ${formatValue(firstLoss)} -> ${formatValue(lastLoss)}, largest norm ${formatValue(largestNorm)}`;
  return `${verdict.padEnd(9)} ${trial.name}: ${figures}, ${steps} steps${end}, ${isKnown ? 'known' : `${seconds.toFixed(0)} s`}`;
}

export const lab: CommandBody = async (given, around) => {
  const line = settleCommandLine(given);
  const { json, quiet, labDir } = line.values;
  const experiment = planLab(line);
  const output = createRunOutput({ command: 'lab', ...around, json, quiet, logEvery: 0, nowMs: Date.now });
  const progress = createTrialLine(around, experiment.trials.length);
  const stop = watchStop(output, 'ending the laboratory; the same command goes on');
  const page = join(labDir, 'report.html');
  try {
    await mkdir(labDir, { recursive: true });
    const outcomes = await runExperiment(experiment, labDir, stop.signal, {
      onTrial: (trial, index) => progress.start(trial, index),
      onEvent: (event) => progress.observe(event),
      onResult: (outcome, isKnown) => {
        progress.clear();
        if (!quiet) output.say(formatOutcome(outcome, isKnown));
        const { trial, result } = outcome;
        if (json) around.stdout.write(`${formatJsonLine({ event: 'trial', name: trial.name, ...result })}\n`);
      },
    });
    progress.clear();
    await writeFile(page, formatLabPage(experiment, outcomes));
    output.say(`${outcomes.length} of ${experiment.trials.length} trials are done: ${page}`);
    return stop.exitCode() ?? exitCodes.done;
  } finally {
    stop.release();
    progress.clear();
  }
};
