// bridle bench: hands bench step and bench exchange on; bench clipping loads a coordinator with light workers, prints what was found, and ends with 3 when a limit is broken.
import { appendFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { settleCommandLine, type CommandLine } from '../config/parse-command-line.js';
import { optionsOf } from '../config/schema.js';
import { spell } from '../config/source.js';
import { ConfigError, exitCodes } from '../errors.js';
import type { ClippingOptions } from '../loadtest/clipping-options.js';
import type { GradientKind } from '../loadtest/gradient-source.js';
import { checkInputFiles } from '../library/check-input-files.js';
import type { CommandBody } from './command.js';
import { formatJsonLine } from './output/json-line.js';
import { createRunOutput } from './output/run-output.js';
import { readToken } from '../library/read-token.js';
import { untilStopped } from './watch-stop.js';

const defaultWorkers = 100;
const defaultSteps = 50;

type Load = Omit<ClippingOptions, 'token' | 'bridleMain' | 'signal' | 'onProgress'>;

/** What the load is, from a settled command line. */
export function resolveLoad({ values, sources }: CommandLine): Load {
  const { join, tlsCa, seed, explodeRate, nanRate, slowRate, dropRate } = values;
  const workers = values.workers === 'auto' ? defaultWorkers : values.workers;
  const [kind = '', ...rest] = values.gradients.split(':');
  return {
    workers,
    parameters: values.params,
    shards: sources.shards.kind === 'default' ? workers : values.shards,
    steps: values.steps ?? defaultSteps,
    warmup: values.warmup,
    plan: { seed, kind: kind as GradientKind, explodeRate, nanRate },
    ...(kind === 'recorded' && { recordedPath: rest.join(':') }),
    rates: { slowRate, dropRate },
    churnRate: values.churnRate,
    limits: {
      maxP99Ms: values.maxP99Ms,
      maxRssMb: values.maxRssMb,
      maxLost: values.maxLost,
      minStepsPerSecond: values.minStepsPerSecond,
      maxCoefficientError: values.maxCoefficientError,
      maxP99PerTcp: values.maxP99PerTcp,
    },
    ...(join !== undefined && { join }),
    ...(tlsCa !== undefined && { tlsCaPath: tlsCa }),
    insecure: values.insecure,
  };
}

const always = ['json', 'quiet', 'steps', 'warmup'];
/** What the others take; everything else is for bench clipping. */
const ofOthers = {
  step: ['backend', 'shapes', 'rounds'],
  exchange: ['workers', 'params', 'payload', 'wire', 'rounds'],
};
const notOfClipping = ['backend', 'shapes', 'rounds', 'payload', 'wire'];

/** What is measured. Throws `UNKNOWN_COMMAND`, and `FLAG_CONFLICT` for flags of the other bench. */
function readSubject({ positionals, sources }: CommandLine): 'clipping' | 'step' | 'exchange' {
  const [what] = positionals;
  if (what !== 'clipping' && what !== 'step' && what !== 'exchange') {
    const got = what === undefined ? 'nothing' : `"${what}"`;
    const message = `bridle bench measures clipping, step or exchange, got ${got}: bridle bench clipping, bridle bench step, bridle bench exchange.`;
    throw new ConfigError('UNKNOWN_COMMAND', message);
  }
  for (const name of optionsOf('bench')) {
    const source = sources[name];
    const isOwn = what === 'clipping' ? !notOfClipping.includes(name) : ofOthers[what].includes(name);
    const isTaken = always.includes(name) || isOwn;
    if (source.kind !== 'flag' || isTaken) continue;
    const message = `${spell(name, source)} has no meaning for bridle bench ${what}. Leave it out.`;
    throw new ConfigError('FLAG_CONFLICT', message);
  }
  return what;
}

export const bench: CommandBody = async (given, around) => {
  const line = settleCommandLine(given);
  const { values } = line;
  const subject = readSubject(line);
  if (subject === 'step') return (await import('./bench-step.js')).benchStep(line, around);
  if (subject === 'exchange') return (await import('./bench-exchange.js')).benchExchange(line, around);
  await checkInputFiles(values, ['tlsCa']);
  const token = await readToken(values.tokenFile, around.env);
  const { json, quiet, report, summary } = values;
  const output = createRunOutput({ command: 'bench', ...around, json, quiet, logEvery: 0, nowMs: Date.now });
  const { runClipping } = await import('../loadtest/run-clipping.js');
  const { formatLines, formatSummary } = await import('../loadtest/format-result.js');
  const { formatPage } = await import('../loadtest/format-page.js');
  return untilStopped(output, 'ending the load test', async (signal) => {
    const run = await runClipping({
      ...resolveLoad(line),
      ...(token !== undefined && { token }),
      bridleMain: fileURLToPath(new URL('./main.js', import.meta.url)),
      signal,
      onProgress: quiet ? () => undefined : output.say,
    });
    const { result } = run;
    if (report !== undefined) await writeFile(report, formatPage(run));
    if (summary !== undefined) await appendFile(summary, formatSummary(result));
    for (const text of formatLines(result)) output.say(text);
    if (json) around.stdout.write(`${formatJsonLine({ ...result })}\n`);
    return result.broken.length === 0 ? exitCodes.done : exitCodes.limitBroken;
  });
};
