// A replayed step, for people: what broke first, and how large the gradient is at each time step.
import type { Recomputed } from '../../library/recompute-step.js';
import type { Break, LayerFlow } from '../../replay/flow-record.js';
import type { Replay } from '../../replay/replay-step.js';
import { formatPlural, formatValue } from './format-quantity.js';

/** Without a flow where only the kernels know what the model computes. */
export interface ReplayReport extends Partial<Replay> {
  readonly runId: string;
  readonly step: number;
  readonly reason: 'spike' | 'non-finite';
  readonly gradNorm: number;
  readonly shards: readonly { readonly exampleIds: readonly number[] }[];
  readonly recomputed?: Recomputed;
  /** Why the run's kernels did not compute it again. */
  readonly notRecomputed?: string;
}

function formatBreak({ phase, layer, timeStep, value, exampleId, shard, tensor }: Break): string {
  if (phase === 'weights') return `breaks first: the weights themselves, tensor ${tensor ?? ''} holds ${value}`;
  const where = {
    input: 'the input',
    forward: `layer ${layer}, forward`,
    head: 'the head',
    loss: 'the loss',
    backward: `layer ${layer}, backward`,
  };
  return `breaks first: ${where[phase]}, time step ${timeStep}: ${value} (example ${exampleId ?? '?'}, shard ${shard ?? '?'})`;
}

/** The time step with the largest gradient, in the layer where it is. */
function formatPeak(layers: readonly LayerFlow[]): string {
  const peaks = layers.map(({ layer, direction, gradNorms }) => {
    const largest = Math.max(...gradNorms);
    return { layer, direction, largest, step: gradNorms.indexOf(largest), last: gradNorms.at(-1) ?? 0 };
  });
  const peak = peaks.reduce((best, candidate) => (candidate.largest > best.largest ? candidate : best));
  return `nothing breaks: every value is finite. The gradient is largest in layer ${peak.layer}, time step ${peak.step}: ${formatValue(peak.largest)} (${formatValue(peak.last)} at the last step)`;
}

/** Eight time steps at most, the first and the last among them. */
function sampleSteps(length: number): number[] {
  const count = Math.min(8, length);
  const steps = Array.from({ length: count }, (_, i) => Math.round((i * (length - 1)) / Math.max(1, count - 1)));
  return [...new Set(steps)];
}

function formatFlow({ layer, direction, hiddenNorms, gradNorms }: LayerFlow): string[] {
  const name = `layer ${layer}${direction === 1 ? ', reverse' : ''}`;
  return sampleSteps(gradNorms.length).map((step, i) =>
    [
      (i === 0 ? name : '').padEnd(18),
      String(step).padStart(6),
      formatValue(gradNorms[step] ?? NaN).padStart(14),
      hiddenNorms.length > 0 ? formatValue(hiddenNorms[step] ?? NaN).padStart(14) : '',
    ].join(''),
  );
}

function formatRecomputed({ recomputed, notRecomputed }: ReplayReport): string[] {
  if (!recomputed) return [`not computed again by the run's kernels: ${notRecomputed}`];
  const { kernelId, runKernelId, shards, gradNorm, isSame } = recomputed;
  const other = kernelId === runKernelId ? '' : `; the run's were ${runKernelId}`;
  const verdict = isSame ? 'the same bits as in the run' : 'OTHER bits than in the run';
  const norm = Number.isFinite(gradNorm) ? `, gradient norm ${formatValue(gradNorm)}` : '';
  const flaws = shards.flatMap(({ shard, nonFinite }) =>
    nonFinite === '' ? [] : [`shard ${shard}: ${nonFinite} is not finite`],
  );
  return [`computed again with ${kernelId}${other}: ${verdict}${norm}`, ...flaws];
}

function formatFlows({ loss = NaN, count = 0, firstBreak, layers }: ReplayReport, examples: number): string[] {
  if (!layers)
    return ['normalisation, zoneout or dropout inside the recurrence: no table of its gradients through time'];
  return [
    `${formatPlural(examples, 'example')}, ${formatPlural(count, 'target')}, loss ${formatValue(loss)}`,
    firstBreak ? formatBreak(firstBreak) : formatPeak(layers),
    '',
    `${''.padEnd(18)}${'step'.padStart(6)}${'||dL/dh||'.padStart(14)}${'||h||'.padStart(14)}`,
    ...layers.toReversed().flatMap(formatFlow),
  ];
}

export function formatReplay(report: ReplayReport): string {
  const { runId, step, reason, gradNorm, shards } = report;
  const examples = shards.reduce((sum, { exampleIds }) => sum + exampleIds.length, 0);
  const norm = Number.isFinite(gradNorm) ? `, gradient norm ${formatValue(gradNorm)}` : '';
  return [
    `step ${step} of run ${runId}: ${reason}${norm}`,
    ...formatRecomputed(report),
    ...formatFlows(report, examples),
    '',
  ].join('\n');
}
