// A diagnosis as a page: the verdict, gradients and Jacobians against the time step, every figure.
import type { LayerDiagnosis } from '../../metrics/diagnosis.js';
import { escapeHtml, formatHtmlPage, formatTable } from '../../report/html-page.js';
import { formatLineChart, type Line } from '../../report/line-chart.js';
import { figuresOf, nameLayer, type DiagnosisReport } from './format-diagnosis.js';
import { formatPlural, formatValue } from './format-quantity.js';

function overTime(values: readonly number[]): Line['points'] {
  return values.map((value, timeStep) => [timeStep, value] as const);
}

function formatLayer(layer: LayerDiagnosis): string[] {
  const name = nameLayer(layer);
  const gradients = [
    { name: '||dL/dh_t||', points: overTime(layer.hiddenGradNorms) },
    ...(layer.cellGradNorms.length > 0 ? [{ name: '||dL/dc_t||', points: overTime(layer.cellGradNorms) }] : []),
  ];
  const jacobians: Line[] = [
    {
      name: 'largest singular value',
      points: layer.jacobians.map(({ timeStep, largestSingularValue }) => [timeStep, largestSingularValue] as const),
    },
    {
      name: 'spectral radius',
      points: layer.jacobians.map(({ timeStep, spectralRadius }) => [timeStep, spectralRadius ?? NaN] as const),
    },
  ];
  const chart = { xLabel: 'time step', isLogarithmic: true };
  return [
    formatLineChart({ ...chart, title: `Gradient, ${name}`, yLabel: 'mean norm', lines: gradients }),
    formatLineChart({ ...chart, title: `Jacobian of a step, ${name}`, yLabel: 'size', lines: jacobians }),
    `<h2>Figures, ${escapeHtml(name)}</h2>`,
    formatTable(figuresOf(layer)),
  ];
}

/** Writes the page of a diagnosis: self-contained HTML. */
export function formatDiagnosisPage(report: DiagnosisReport): string {
  const { path, step, cell, examples, loss, layers, verdict } = report;
  const remedies = verdict.remedies.map((remedy) => `<li><code>${escapeHtml(remedy)}</code></li>`).join('');
  return formatHtmlPage(`Diagnosis after step ${step}`, [
    `<p class="${verdict.state === 'healthy' ? 'sound' : 'broken'}">The gradient is ${escapeHtml(verdict.text)}.</p>`,
    remedies === '' ? '' : `<p>To try:</p><ul>${remedies}</ul>`,
    `<p>${escapeHtml(`${path}: ${cell}, ${formatPlural(examples, 'example')}, loss ${formatValue(loss)}`)}</p>`,
    ...layers.flatMap(formatLayer),
  ]);
}
