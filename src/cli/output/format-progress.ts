// One committed step as a line: the progress line of a terminal, and the plain line of a log.
import { formatCount, formatDuration, formatPlural, formatShare, formatValue } from './format-quantity.js';
import { epochOf, secondsLeft, type RunView } from './run-view.js';

const barWidth = 20;

function formatBar(share: number): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * barWidth);
  return '━'.repeat(full) + '─'.repeat(barWidth - full);
}

/** The parts of both lines, most important first; empty before the first step. */
function formatParts(view: RunView, nowMs: number, arrow: string): string[] {
  const { started, last } = view;
  if (!started || !last) return [];
  const epochs = Math.max(1, Math.ceil(started.totalSteps / Math.max(1, started.stepsPerEpoch)));
  const left = secondsLeft(view, nowMs);
  return [
    `epoch ${epochOf(last.step, started.stepsPerEpoch)}/${epochs}`,
    `loss ${formatValue(view.lossSum / view.epochSteps)}`,
    `norm ${formatValue(last.gradNorm)} ${arrow} ${formatValue(last.clippedNorm)}`,
    `clipped ${formatShare(view.clippedSteps / view.epochSteps)}`,
    `${formatCount(last.sequencesPerSecond)} sequences/s`,
    formatPlural(view.workers, 'worker'),
    ...(left === undefined ? [] : [`ETA ${formatDuration(left)}`]),
  ];
}

/** Writes the progress line, at most `columns` wide: what does not fit is left out from the end. */
export function formatProgress(view: RunView, nowMs: number, columns: number): string {
  const { started, last } = view;
  if (!started) return '';
  const step = last?.step ?? started.startStep;
  const head = `${step}/${started.totalSteps} ${formatBar(step / started.totalSteps)}`;
  const parts = last ? formatParts(view, nowMs, '→') : [formatPlural(view.workers, 'worker'), 'before the first step'];
  let line = head;
  for (const part of parts) {
    if (line.length + 2 + part.length > columns) break;
    line += `  ${part}`;
  }
  return line.slice(0, columns);
}

/** Writes one step as a plain line. */
export function formatStep(view: RunView, nowMs: number): string {
  const { started, last } = view;
  if (!started || !last) return '';
  return [`step ${last.step}/${started.totalSteps}`, ...formatParts(view, nowMs, '->')].join('  ');
}

/** Says whether a step gets a plain line: the first, the last, and every `logEvery` (0: about 20 an epoch). */
export function isLogged(view: RunView, logEvery: number): boolean {
  const { started, last } = view;
  if (!started || !last) return false;
  const every = logEvery > 0 ? logEvery : Math.max(1, Math.ceil(started.stepsPerEpoch / 20));
  return last.step === started.startStep + 1 || last.step === started.totalSteps || last.step % every === 0;
}
