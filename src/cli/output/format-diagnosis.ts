// A diagnosis for people: the verdict first, then the figures that it rests on.
import type { Diagnosis, LayerDiagnosis, Spectrum } from '../../metrics/diagnosis.js';
import { formatRemedies } from './format-event.js';
import { formatPlural, formatShare, formatValue } from './format-quantity.js';

export interface DiagnosisReport extends Diagnosis {
  readonly path: string;
  readonly step: number;
  readonly cell: string;
}

/** Names one direction of one layer. */
export function nameLayer({ layer, direction }: Pick<LayerDiagnosis, 'layer' | 'direction'>): string {
  return `layer ${layer}${direction === 1 ? ', reverse' : ''}`;
}

function formatSpectrum({ largestSingularValue, spectralRadius }: Spectrum): string {
  const radius = spectralRadius === undefined ? '' : `, spectral radius ${formatValue(spectralRadius)}`;
  return `largest singular value ${formatValue(largestSingularValue)}${radius}`;
}

/** The figures of a layer, each with its name. */
export function figuresOf(layer: LayerDiagnosis): [name: string, value: string][] {
  const { flow, recurrent, jacobians, gates, hiddenGradNorms } = layer;
  const [first = NaN, last = NaN] = [hiddenGradNorms[0], hiddenGradNorms.at(-1)];
  const pace = flow.logSlope < 0 ? 'halves' : 'doubles';
  return [
    ['||dL/dh_t||, first and last time step', `${formatValue(first)}, ${formatValue(last)}`],
    [
      'slope of its logarithm, a step back',
      `${formatValue(flow.logSlope)}: it ${pace} in ${formatValue(flow.halfLife)} steps`,
    ],
    ...recurrent.map(({ gate, ...spectrum }): [string, string] => [
      `recurrent matrix, ${gate}`,
      formatSpectrum(spectrum),
    ]),
    ...jacobians
      .filter(({ spectralRadius }) => spectralRadius !== undefined)
      .map(({ timeStep, ...spectrum }): [string, string] => [
        `Jacobian of time step ${timeStep}`,
        formatSpectrum(spectrum),
      ]),
    ['Lyapunov exponents, nats a step', layer.lyapunovExponents.map(formatValue).join(', ')],
    ...gates.map(({ gate, low, high }): [string, string] => [
      `saturated, ${gate}`,
      `${formatShare(low, 1)} low, ${formatShare(high, 1)} high`,
    ]),
    [
      'gradients that are 0, subnormal',
      `${formatShare(layer.zeroGradients, 1)}, ${formatShare(layer.subnormalGradients, 1)}`,
    ],
  ];
}

export function formatDiagnosis(report: DiagnosisReport): string {
  const { path, step, cell, examples, loss, layers, verdict } = report;
  const figures = layers.flatMap((layer) => [
    '',
    nameLayer(layer),
    ...figuresOf(layer).map(([name, value]) => `  ${name.padEnd(40)} ${value}`),
  ]);
  return [
    `${path}: ${cell}, after step ${step}, ${formatPlural(examples, 'example')}, loss ${formatValue(loss)}`,
    `${verdict.text}${formatRemedies(verdict.remedies)}`,
    ...figures,
    '',
  ].join('\n');
}
