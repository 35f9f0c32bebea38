// The last words of a run: how good, how long, where it lies, what to try next.
import type { DoneEvent } from '../../metrics/events.js';
import { formatScore } from './format-event.js';
import { formatDuration, formatPlural } from './format-quantity.js';
import type { RunView } from './run-view.js';

function formatResult(done: DoneEvent, view: RunView): string {
  const steps = `${formatPlural(done.step, 'step')} in ${formatDuration(done.seconds)}`;
  if (done.reason === 'stopped') return `stopped and saved after ${steps}`;
  const { evaluated, best } = view;
  if (!evaluated) return `done: ${steps}`;
  const isBestOlder = best !== undefined && best.step !== evaluated.step;
  const older = isBestOlder ? `; best after step ${best.step}: ${formatScore(best)}` : '';
  return `done: ${formatScore(evaluated)} after ${steps}${older}`;
}

/** Writes the summary. `command` is the command that ran: train or coordinator. */
export function formatSummary(done: DoneEvent, view: RunView, command: string): string {
  const workers = Object.entries(done.shardsByWorker).map(
    ([name, shards]) => `${name} ${formatPlural(shards, 'shard')}`,
  );
  const goOn = `bridle ${command} --resume ${done.runDir}`;
  const next =
    done.reason === 'stopped'
      ? [[goOn, 'go on, to the same bits']]
      : [
          [`bridle inspect ${done.runDir}`, 'show and verify the newest checkpoint'],
          [`${goOn} --epochs N`, 'train longer'],
          ...(command === 'train' ? [['the same command, --workers N', 'other workers, the same digest']] : []),
        ];
  const width = Math.max(...next.map(([line = '']) => line.length));
  return [
    formatResult(done, view),
    `  run folder  ${done.runDir}`,
    `  digest      ${done.digest}`,
    ...(workers.length > 0 ? [`  computed    ${workers.join(', ')}`] : []),
    'next:',
    ...next.map(([line = '', meaning = '']) => `  ${line.padEnd(width)}  ${meaning}`),
  ].join('\n');
}
