// The report of a laboratory: who survived, losses, norms, the gradient through time, success against length, the commands.
import { escapeHtml, formatHtmlPage } from '../report/html-page.js';
import { formatLineChart, type ChartOptions, type Line } from '../report/line-chart.js';
import { commandOf, type Experiment } from './experiment.js';
import type { TrialOutcome } from './run-experiment.js';
import type { TrialResult } from './trial-result.js';

/** Lines that one chart shows at most: more cannot be told apart. */
const linesPerChart = 8;

type Curve = (result: TrialResult) => Line['points'];

/** A figure for people: four digits, exponents where they are large or small. */
function show(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  return size !== 0 && (size >= 1e5 || size < 1e-3) ? value.toExponential(1) : String(Number(value.toPrecision(3)));
}

function showScore({ score }: TrialResult): string {
  if (score === undefined) return '';
  if (score.accuracy !== undefined) return `${show(100 * score.accuracy)} % right`;
  const loss = score.natsPerTarget ?? score.loss;
  return score.baseline === undefined ? show(loss) : `${show(loss)} (baseline ${show(score.baseline)})`;
}

function formatTrials(outcomes: readonly TrialOutcome[]): string {
  const heads = [
    'trial',
    'verdict',
    'test score',
    'loss, first and last',
    'largest norm',
    'clipped',
    'steps',
    'seconds',
  ];
  const rows = outcomes.map(({ trial, result }) => {
    const { verdict, error, firstLoss, lastLoss, largestNorm, clipRate, steps, seconds } = result;
    const cells = [
      showScore(result),
      `${show(firstLoss)}, ${show(lastLoss)}`,
      show(largestNorm),
      `${Math.round(100 * clipRate)} %`,
      String(steps),
      seconds.toFixed(0),
    ];
    const about = trial.about === undefined ? '' : `<small>${escapeHtml(trial.about)}</small>`;
    const badge = `<b class="${verdict}">${verdict}</b>${error === undefined ? '' : `<small>${escapeHtml(error.code)}</small>`}`;
    const tail = cells.map((cell) => `<td>${escapeHtml(cell)}</td>`).join('');
    return `<tr><td class="name">${escapeHtml(trial.name)}${about}</td><td>${badge}</td>${tail}</tr>`;
  });
  const head = heads.map((text) => `<th>${text}</th>`).join('');
  return `<div class="scroll"><table class="trials"><thead><tr>${head}</tr></thead><tbody>\n${rows.join('\n')}\n</tbody></table></div>`;
}

/** One chart for each handful of trials. */
function formatCurves(outcomes: readonly TrialOutcome[], options: Omit<ChartOptions, 'lines'>, curve: Curve): string[] {
  const count = Math.ceil(outcomes.length / linesPerChart);
  const size = Math.ceil(outcomes.length / count);
  return Array.from({ length: count }, (_, i) => {
    const title = count === 1 ? options.title : `${options.title} (${i + 1} of ${count})`;
    const lines = outcomes
      .slice(i * size, (i + 1) * size)
      .map(({ trial, result }) => ({ name: trial.name, points: curve(result) }));
    return formatLineChart({ ...options, title, lines });
  });
}

/** Of trials that differ in --data-length: the share that solved their task, a line for each of what else varies but the seed. */
export function successAgainstLength(outcomes: readonly TrialOutcome[]): Line[] {
  const lines = new Map<string, Map<number, boolean[]>>();
  for (const { trial, result } of outcomes) {
    const { 'data-length': length, seed: _, ...rest } = trial.varied;
    if (length === undefined) continue;
    const name = Object.entries(rest).map(([key, value]) => `${key}=${value}`);
    const line = lines.get(name.join(' ') || 'all') ?? new Map<number, boolean[]>();
    lines.set(name.join(' ') || 'all', line);
    line.set(Number(length), [...(line.get(Number(length)) ?? []), result.verdict === 'solved']);
  }
  return [...lines].map(([name, line]) => ({
    name,
    points: [...line].map(([length, solved]) => [length, solved.filter(Boolean).length / solved.length] as const),
  }));
}

function formatCommands(outcomes: readonly TrialOutcome[]): string {
  const items = outcomes.map(
    ({ trial }) => `<dt>${escapeHtml(trial.name)}</dt><dd><pre>npx ${escapeHtml(commandOf(trial))}</pre></dd>`,
  );
  return `<h2>The command behind each trial</h2>\n<dl>\n${items.join('\n')}\n</dl>`;
}

/** Writes the page; `outcomes` may be fewer than trials while a laboratory is not done. */
export function formatLabPage({ title, about, trials }: Experiment, outcomes: readonly TrialOutcome[]): string {
  const survivors = outcomes.filter(({ result }) => result.verdict !== 'diverged' && result.verdict !== 'failed');
  const lengths = successAgainstLength(outcomes);
  const flowOf =
    (at: 0 | -1): Curve =>
    ({ flows }) =>
      (flows.at(at)?.norms ?? []).map((norm, timeStep) => [timeStep, norm] as const);
  const logarithmic = { isLogarithmic: true };
  return formatHtmlPage(title, [
    `<p>${escapeHtml(about)}</p>`,
    `<p>${survivors.length} of ${outcomes.length} survived${outcomes.length < trials.length ? `; ${trials.length - outcomes.length} are not run yet` : ''}.</p>`,
    formatTrials(outcomes),
    ...(outcomes.length === 0
      ? []
      : [
          ...formatCurves(
            outcomes,
            { title: 'Training loss', xLabel: 'step', yLabel: 'loss', ...logarithmic },
            ({ curve }) => curve.map(({ step, loss }) => [step, loss] as const),
          ),
          ...formatCurves(
            outcomes,
            { title: 'Norm of the gradient before clipping', xLabel: 'step', yLabel: 'largest norm', ...logarithmic },
            ({ curve }) => curve.map(({ step, gradNorm }) => [step, gradNorm] as const),
          ),
          ...formatCurves(
            outcomes,
            { title: 'Gradient through time, first weights', xLabel: 'time step', yLabel: '||dL/dh||', ...logarithmic },
            flowOf(0),
          ),
          ...formatCurves(
            outcomes,
            { title: 'Gradient through time, last look', xLabel: 'time step', yLabel: '||dL/dh||', ...logarithmic },
            flowOf(-1),
          ),
        ]),
    ...(lengths.length === 0
      ? []
      : [
          formatLineChart({
            title: 'Success against length',
            xLabel: 'sequence length',
            yLabel: 'share solved',
            lines: lengths.slice(0, linesPerChart),
          }),
        ]),
    formatCommands(outcomes),
  ]);
}
