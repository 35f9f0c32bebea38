// Every event but a committed step, as one line for people.
import type { EvaluatedEvent, SpikeEvent, RunEvent, StartedEvent } from '../../metrics/events.js';
import { formatBytes, formatCount, formatDuration, formatPlural, formatShare, formatValue } from './format-quantity.js';
import { epochOf, type RunView } from './run-view.js';

function formatStarted(event: StartedEvent): string {
  const from = event.startStep > 0 ? `, goes on after step ${event.startStep}` : '';
  return [
    `run ${event.runDir}: ${event.data}, ${formatPlural(event.parameters, 'parameter')}${from}`,
    `global batch ${event.globalBatch} in ${formatPlural(event.shards, 'shard')}, ${formatPlural(event.stepsPerEpoch, 'step')} an epoch, ${formatCount(event.totalSteps)} in all`,
    `backend ${event.backend}, ${event.execution}; kernel id ${event.kernelId}`,
    ...(event.collectives === undefined
      ? []
      : [
          `normalisation: ${formatPlural(event.collectives, 'round')} of statistics before each gradient, one after the other`,
        ]),
  ].join('\n');
}

/** Says how good an evaluation is, in the measure of its task. */
export function formatScore(event: Pick<EvaluatedEvent, 'loss' | 'accuracy' | 'natsPerTarget'>): string {
  if (event.accuracy !== undefined) return `accuracy ${formatShare(event.accuracy, 2)}`;
  if (event.natsPerTarget !== undefined) return `${formatValue(event.natsPerTarget)} nats a target`;
  return `loss ${formatValue(event.loss)}`;
}

function formatEvaluated(event: EvaluatedEvent, view: RunView): string {
  const epoch = epochOf(event.step, view.started?.stepsPerEpoch ?? 0);
  const loss = event.accuracy === undefined ? '' : `, loss ${formatValue(event.loss)}`;
  const best = event.best ? ', best so far' : '';
  const baseline = event.baseline ? `, ${event.baseline.name} ${formatValue(event.baseline.loss)}` : '';
  const examples = formatPlural(event.examples, 'example');
  return `evaluated after step ${event.step} (epoch ${epoch}): ${formatScore(event)}${loss} on ${examples} (${event.split})${baseline}${best}`;
}

function formatSpike({ step, gradNorm, median, reaction, learningRate, toStep }: SpikeEvent): string {
  const what = `spike in step ${step}: gradient norm ${formatValue(gradNorm)}, median ${formatValue(median)}`;
  if (reaction === 'cut') return `${what}; learning rate cut to ${formatValue(learningRate)}`;
  if (reaction === 'skip') return `${what}; the step is left out`;
  return toStep === undefined ? what : `${what}; back to the state after step ${toStep}, on with other data`;
}

/** What to try, behind a verdict. */
export function formatRemedies(remedies: readonly string[]): string {
  return remedies.length === 0 ? '' : `; to try: ${remedies.join(', or ')}`;
}

/** Writes an event as a line; undefined for events that have no line of their own. */
export function formatEvent(event: RunEvent, view: RunView): string | undefined {
  switch (event.event) {
    case 'started':
      return formatStarted(event);
    case 'listening':
      return `listening at ${event.urls.join(', ')}\nto add a machine, run there:\n  ${event.joinCommand}`;
    case 'worker-joined':
      return `worker ${event.rank} joined (${event.name}), now ${formatPlural(event.workers, 'worker')}`;
    case 'worker-lost':
      return `worker ${event.rank} lost (${event.name}): ${event.reason}, now ${formatPlural(event.workers, 'worker')}`;
    case 'waiting':
      return `waiting since ${formatDuration(event.seconds)}: ${event.reason}`;
    case 'non-finite':
      return `gradient not finite in step ${event.step}, layer ${event.layer}: shard ${event.shard} of worker ${event.rank}, examples ${event.exampleIds.join(', ')}; reaction: ${event.reaction}`;
    case 'spike':
      return formatSpike(event);
    case 'step-saved':
      return `step ${event.step} (${event.reason}) is kept; to look into it:\n  bridle replay ${event.path}`;
    case 'diagnosis':
      return `gradient after step ${event.step} ${event.verdict.text}${formatRemedies(event.verdict.remedies)}`;
    case 'checkpoint':
      return `checkpoint after step ${event.step}: ${event.path} (${formatBytes(event.bytes)})`;
    case 'evaluated':
      return formatEvaluated(event, view);
    case 'warning':
      return `warning ${event.code}: ${event.message}`;
    case 'gradients':
    case 'committed':
    case 'done':
    case 'error':
      return undefined; // a step has its own line, the end its summary, an error is printed where it is caught
  }
}
