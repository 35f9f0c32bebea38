// What a resumed run refuses to change: every value that fixes its bits.
import { isDeepStrictEqual } from 'node:util';
import { ConfigError } from '../errors.js';
import type { Settled } from './combinations.js';
import type { Given } from './read-arguments.js';
import type { RunConfig } from './run-config.js';
import { optionOf, type OptionName } from './schema.js';
import { fromDefault, spell } from './source.js';

/** Some schedules stretch to the end of the run, which then fixes every learning rate; plateau follows the evaluations. */
export function fixesBits(name: OptionName, { values }: Settled): boolean {
  if (name === 'steps' || name === 'epochs') return ['cosine', 'linear', 'one-cycle'].includes(values.schedule);
  if (name === 'evaluateEvery') return values.schedule === 'plateau';
  return optionOf(name).fixesBits === true;
}

function isSame(name: OptionName, before: unknown, now: unknown): boolean {
  // `auto` stands for whatever the first worker had: the kernel id in the checkpoint decides.
  if ((name === 'backend' || name === 'execution') && (before === 'auto' || now === 'auto')) return true;
  return isDeepStrictEqual(before, now);
}

function show(value: unknown): string {
  if (value === undefined) return 'not set';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Finds values given now that differ from the run's and would change its bits. */
export function findResumeConflicts(given: Given, run: RunConfig, settled: Settled): ConfigError[] {
  return [...given.values].flatMap(([name, now]) => {
    const before = run.values.get(name);
    if (!fixesBits(name, settled) || isSame(name, before, now)) return [];
    const spelled = spell(name, given.sources.get(name) ?? fromDefault);
    const message = `${spelled} is ${show(now)} now and was ${show(before)} in ${run.path}: it fixes the run's bits. Leave it out to go on, or start a new run without --resume.`;
    return [new ConfigError('RESUME_CONFLICT', message)];
  });
}
