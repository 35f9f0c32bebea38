// From `--vary cell=rnn,lstm --vary data-length=20,40` to one trial for every combination.
import { ConfigError } from '../errors.js';
import type { Experiment, Trial } from './experiment.js';

interface Axis {
  readonly name: string;
  readonly values: readonly string[];
}

const maxTrials = 1_000;

/** Crosses what varies over `base`, the flags that all trials share; the first axis changes slowest. Throws ConfigError LAB_VARY. */
export function planSweep(base: readonly string[], vary: readonly string[]): Experiment {
  const axes = vary.map(readAxis);
  const count = axes.reduce((product, { values }) => product * values.length, 1);
  if (count > maxTrials) {
    throw new ConfigError('LAB_VARY', `--vary makes ${count} trials, at most ${maxTrials} are run. Vary fewer values.`);
  }
  let points: Readonly<Record<string, string>>[] = [{}];
  for (const { name, values } of axes) {
    points = points.flatMap((point) => values.map((value) => ({ ...point, [name]: value })));
  }
  const trials = points.map((varied): Trial => {
    const pairs = Object.entries(varied).map(([name, value]) => `${name}=${value}`);
    return { name: pairs.join(' '), flags: [...base, ...pairs.map((pair) => `--${pair}`)], varied };
  });
  const about = `${trials.length} trials: ${axes.map(({ name, values }) => `${name} ${values.join(', ')}`).join('; ')}.`;
  return { title: `Laboratory: ${axes.map(({ name }) => name).join(' x ')}`, about, trials };
}

function readAxis(text: string): Axis {
  const [, name, list] = /^(?:--)?([a-z0-9][\w-]*)=(.+)$/i.exec(text) ?? [];
  const values = list?.split(',') ?? [];
  if (name === undefined || values.some((value) => value === '') || new Set(values).size !== values.length) {
    const message = `--vary must be NAME=VALUE,VALUE with a flag of bridle train and different values, got "${text}": --vary cell=rnn,lstm.`;
    throw new ConfigError('LAB_VARY', message);
  }
  return { name, values };
}
