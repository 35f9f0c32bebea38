// An estimate for people: each figure with how it was come by.
import type { RunEstimate } from '../../estimate/estimate-run.js';
import { formatBytes, formatCount, formatDuration, formatPlural, formatValue } from './format-quantity.js';

/** Writes an estimate, a line a figure. */
export function formatEstimate(found: RunEstimate): string {
  const { parameters, backend, examples, stepsPerEpoch, totalSteps, evaluations, dataBytes } = found;
  const parts = Object.entries(examples).map(([split, count]) => `${formatCount(count)} ${split}`);
  const lines: [name: string, figure: string, how: string][] = [
    ['parameters', formatCount(parameters), `counted; on backend ${backend}`],
    ['examples', parts.join(', '), 'counted in the data'],
    [
      'steps',
      `${formatCount(stepsPerEpoch)} an epoch, ${formatCount(totalSteps)} in all, ${formatPlural(evaluations, 'evaluation')}`,
      'from the data and the options',
    ],
    ...bytesLines(found),
    ['data', formatBytes(dataBytes), 'once to each worker, as far as it is dealt to it and its cache of 256 MiB goes'],
    ...memoryLines(found),
    ...timeLines(found),
  ];
  const omissions = found.notCounted.map((omission) => `${'not counted'.padEnd(16)}${omission}\n`);
  const told = lines.map(([name, figure, how]) => `${name.padEnd(16)}${figure}\n${' '.repeat(16)}  (${how})\n`);
  return [...told, ...omissions].join('');
}

function bytesLines({ bytesPerStep }: RunEstimate): [string, string, string][] {
  const most = bytesPerStep.reduce((a, b) => (b.up + b.down > a.up + a.down ? b : a));
  const each = `${formatBytes(most.down)} down, ${formatBytes(most.up)} up`;
  const how = `the protocol's own messages, through a socket, for the busiest of ${formatPlural(bytesPerStep.length, 'worker')}, with ${formatPlural(most.shards, 'shard')}; on the coordinator's own machine tensors go through shared memory`;
  const lines: [string, string, string][] = [['bytes a step', each, how]];
  if (!most.statistics) return lines;
  const { rounds, down, up } = most.statistics;
  const ofThese = `${formatCount(rounds)} rounds: ${formatBytes(down)} down, ${formatBytes(up)} up of these bytes`;
  const wait = `batch normalisation; each round waits for a message there and back: ${formatCount(rounds)} ms a step for each ms of round trip to the farthest worker, which a trial on this machine does not have`;
  return [...lines, ['statistics', ofThese, wait]];
}

function memoryLines({ memory, measured }: RunEstimate): [string, string, string][] {
  const lines: [string, string, string][] = [
    [
      'memory',
      `coordinator ${formatBytes(memory.coordinatorBytes)}, each worker ${formatBytes(memory.workerBytes)}`,
      'estimated: an empty process, vectors, data and batches',
    ],
  ];
  const { coordinatorBytes, workerBytes, steps = 0 } = measured ?? {};
  if (coordinatorBytes === undefined || workerBytes === undefined) return lines;
  const figure = `coordinator ${formatBytes(coordinatorBytes)}, each worker ${formatBytes(workerBytes)}`;
  return [...lines, ['', figure, `measured: most resident memory in a trial of ${steps + 2} steps`]];
}

function timeLines({ measured, seconds }: RunEstimate): [string, string, string][] {
  if (!measured) return [['time', 'unknown', 'nothing was measured: leave --no-measure out']];
  const { stepMs, steps, workers, startMs, evaluationMs } = measured;
  if (stepMs === undefined || seconds === undefined)
    return [['time', 'unknown', 'the trial ended before a step was timed: Ctrl-C, or 2 minutes']];
  const evaluation = evaluationMs === undefined ? '' : `, ${formatValue(evaluationMs)} ms an evaluation`;
  return [
    [
      'time a step',
      `${formatValue(stepMs)} ms${evaluation}`,
      `measured: the median of ${steps} steps with ${formatPlural(workers, 'worker')} on this machine`,
    ],
    [
      'whole run',
      formatDuration(seconds),
      `${formatValue(startMs / 1000)} s to the first step, then all steps and evaluations; without checkpoints, which are written beside them`,
    ],
  ];
}
