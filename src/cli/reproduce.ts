// bridle reproduce: runs a run again and compares every step's digest with its commit log. Exit codes as cmp: 0 same, 1 another.
import { findRunOf } from '../checkpoint/run-folder.js';
import { settleCommandLine } from '../config/parse-command-line.js';
import { exitCodes } from '../errors.js';
import { Comparison } from '../library/compare-commits.js';
import { localLauncher } from '../library/launchers.js';
import { readRun, type StoredRun } from '../library/read-run.js';
import { readyRun } from '../library/ready-run.js';
import { settleReproduction } from '../library/settle-reproduction.js';
import type { RunEvent } from '../metrics/events.js';
import { bridleVersion } from '../protocol/version.js';
import type { CommandBody } from './command.js';
import { formatJsonLine } from './output/json-line.js';
import { createRunOutput } from './output/run-output.js';
import { watchStop } from './watch-stop.js';

/** What is not as it was, for the reader who looks for the cause. */
function findChanges({ record }: StoredRun, dataDigest: string, kernelId: string | undefined): string[] {
  const pairs: readonly (readonly [what: string, was: string | undefined, is: string | undefined])[] = [
    ['the data (digest)', record.dataDigest.slice(0, 12), dataDigest.slice(0, 12)],
    ['the kernel id', record.kernelId, kernelId],
    ['bridle', record.bridleVersion, bridleVersion],
    ['Node', record.nodeVersion, process.version],
  ];
  return pairs.filter(([, was, is]) => was !== is).map(([what, was, is]) => `${what} was ${was}, is ${is}`);
}

function formatVerdict(original: StoredRun, { isSame, compared, difference }: Comparison): string {
  const last = original.commits.at(-1);
  if (isSame) return `same digest after ${last?.step} steps: ${last?.digest}`;
  if (!difference) return `only ${compared} of ${original.commits.length} steps were repeated; they are the same`;
  return `step ${difference.step} differs: digest was ${difference.was}, is ${difference.is}; the ${compared} before it are the same`;
}

export const reproduce: CommandBody = async (given, around) => {
  const line = settleCommandLine(given);
  const { json, quiet, out } = line.values;
  const [target] = line.positionals;
  const original = await readRun(await findRunOf(target, out));
  const settled = settleReproduction(original, line);
  const command = ['bridle', given.command, ...given.args];
  const ready = await readyRun({ line: settled, launcher: localLauncher, env: {}, command });
  const output = createRunOutput({ command: 'train', ...around, json, quiet, logEvery: 0, nowMs: Date.now });
  const stop = watchStop(output, 'stopping');
  const comparison = new Comparison(original.commits);
  let kernelId = original.record.kernelId;
  const onEvent = (event: RunEvent): void => {
    if (event.event === 'started') ({ kernelId } = event);
    comparison.observe(event);
    output.onEvent(event);
  };
  try {
    await ready.start(AbortSignal.any([stop.signal, comparison.over]), onEvent);
  } finally {
    stop.release();
    output.clear();
  }
  const stopped = comparison.over.aborted ? undefined : stop.exitCode();
  if (stopped !== undefined) return stopped;
  const { isSame, compared, difference } = comparison;
  const changes = findChanges(original, ready.dataDigest, kernelId);
  const { runDir } = ready;
  if (json)
    around.stdout.write(`${formatJsonLine({ event: 'reproduced', isSame, compared, difference, changes, runDir })}\n`);
  else around.stdout.write(`${[formatVerdict(original, comparison), ...(isSame ? [] : changes)].join('\n')}\n`);
  return isSame ? exitCodes.done : exitCodes.unexpected;
};
