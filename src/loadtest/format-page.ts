// The page of a load test: what was found, what was broken, and how it went over time.
import { escapeHtml, formatHtmlPage, formatTable } from '../report/html-page.js';
import { formatLineChart, type Line } from '../report/line-chart.js';
import type { ClippingRun } from './clipping-options.js';
import { formatBroken, rowsOf } from './format-result.js';

const numbered = (values: readonly number[]): (readonly [number, number])[] => values.map((value, i) => [i + 1, value]);

/** Writes the page, self-contained. */
export function formatPage({ result, series }: ClippingRun): string {
  const broken = result.broken.map((each) => `<p class="broken">${escapeHtml(formatBroken(each))}</p>`);
  const steps = (name: string, values: readonly number[]): Line => ({ name, points: numbered(values) });
  return formatHtmlPage('bridle bench clipping', [
    ...broken,
    formatTable(rowsOf(result).map(({ what, value }) => [what, value])),
    formatLineChart({
      title: 'Time of a step',
      xLabel: 'measured step',
      yLabel: 'ms',
      lines: [steps('bridle', series.stepMs), steps('raw TCP, same bytes', series.tcpMs)],
    }),
    formatLineChart({
      title: 'Gradient norm before clipping',
      xLabel: 'measured step',
      yLabel: 'L2 norm',
      lines: [steps('norm of the mean gradient', series.gradNorms)],
      isLogarithmic: true,
    }),
    formatLineChart({
      title: 'Clip coefficient',
      xLabel: 'measured step',
      yLabel: 'factor',
      lines: [steps('coefficient, 1: not clipped', series.clipCoefficients)],
      isLogarithmic: true,
    }),
    formatLineChart({
      title: 'Memory of the coordinator',
      xLabel: 'seconds',
      yLabel: 'megabytes',
      lines: [{ name: 'resident', points: series.rssMb }],
    }),
    formatLineChart({
      title: 'How long a request waits for the event loop of the coordinator',
      xLabel: 'seconds',
      yLabel: 'ms',
      lines: [{ name: 'answer to a plain HTTP request', points: series.answerMs }],
    }),
  ]);
}
