// A network's recurrence examined at given weights on a few examples: gradients by time step, Jacobians, exponents, gates.
import type { Diagnosis, FlowState, GateSaturation, LayerDiagnosis, Spectrum } from '../metrics/diagnosis.js';
import type { Cell, ModelSpec } from '../params/model-spec.js';
import { outsideTraining, paramsOutsideTraining } from '../params/outside-training.js';
import type { CellStep, LayerParams } from './cells.js';
import { judgeFlow } from './gradient-flow.js';
import { stateSize, stepJacobian, type SquareMatrix } from './jacobian.js';
import { replayStep, type ReplayShard } from './replay-step.js';
import { largestSingularValue, lyapunovExponents, spectralRadius } from './spectrum.js';

const maxSingularValues = 32;
const maxRadii = 3;
const numExponents = 4;
const gateNames: Readonly<Record<Cell, readonly string[]>> = {
  rnn: ['h'],
  relu: ['h'],
  lstm: ['input', 'forget', 'candidate', 'output'],
  gru: ['reset', 'update', 'candidate'],
};

interface Trajectory {
  readonly params: LayerParams;
  /** One a row, in the order in which the direction runs. */
  readonly traces: CellStep[][];
}

/**
 * Examines `spec` at `params`, as it computes outside of training. Where every step has a target, the loss is that of each sequence's
 * last one. Throws `REPLAY_MODEL` for a model with normalisation or zoneout inside its recurrence.
 */
export function diagnose(spec: ModelSpec, params: Float32Array, shards: readonly ReplayShard[]): Diagnosis {
  const model = outsideTraining(spec);
  const found = new Map<string, Trajectory>();
  const replayed = replayStep(model, paramsOutsideTraining(spec, params), shards, {
    lastTargetOnly: true,
    onTrace(layer, direction, layerParams, trace) {
      const key = `${layer}/${direction}`;
      const trajectory = found.get(key) ?? { params: layerParams, traces: [] };
      trajectory.traces.push(direction === 1 ? trace.toReversed() : [...trace]);
      found.set(key, trajectory);
    },
  });
  const layers = replayed.layers.map((flow): LayerDiagnosis => {
    const { layer, direction, hiddenNorms, gradNorms, cellGradNorms, zeroGradients, subnormalGradients } = flow;
    const travelled = direction === 1 ? gradNorms : gradNorms.toReversed();
    return {
      layer,
      direction,
      hiddenNorms,
      hiddenGradNorms: gradNorms,
      cellGradNorms: model.cell === 'lstm' ? cellGradNorms : [],
      flow: judgeFlow(travelled),
      ...examine(model.cell, found.get(`${layer}/${direction}`)!),
      zeroGradients,
      subnormalGradients,
    };
  });
  return { examples: replayed.examples, loss: replayed.loss, layers, verdict: judge(model, layers) };
}

function examine(cell: Cell, { params: { recurrent }, traces }: Trajectory) {
  const jacobian = (step: CellStep): SquareMatrix => stepJacobian(cell, recurrent, step);
  const [first = []] = traces;
  const withRadius = new Set(spread(first.length, maxRadii));
  const steps = [...new Set([...spread(first.length, maxSingularValues), ...withRadius])].sort((a, b) => a - b);
  const exponents = traces
    .filter(({ length }) => length > 0)
    .map((trace) => lyapunovExponents(each(trace, jacobian), stateSize(cell, recurrent.columns), numExponents));
  return {
    recurrent: gateNames[cell].map((gate, i) => ({ gate, ...spectrumOf(blockOf(recurrent, i)) })),
    jacobians: steps.map((timeStep) => {
      const matrix = jacobian(first[timeStep]!);
      const radius = withRadius.has(timeStep) ? spectralRadius(matrix) : undefined;
      return { timeStep, largestSingularValue: largestSingularValue(matrix), spectralRadius: radius };
    }),
    lyapunovExponents: (exponents[0] ?? []).map((_, i) => mean(exponents.map((values) => values[i]!))),
    gates: gateNames[cell].map((gate, i) => ({ gate, ...saturation(cell, traces.flat(), i) })),
  };
}

/** One after the other: all Jacobians of a long sequence together would take much memory. */
function* each<Item, Result>(items: readonly Item[], map: (item: Item) => Result): Generator<Result> {
  for (const item of items) yield map(item);
}

function spectrumOf(matrix: SquareMatrix): Spectrum {
  return { largestSingularValue: largestSingularValue(matrix), spectralRadius: spectralRadius(matrix) };
}

function blockOf({ columns: size, values }: LayerParams['recurrent'], gate: number): SquareMatrix {
  return { size, values: Float64Array.from(values.subarray(gate * size * size, (gate + 1) * size * size)) };
}

function saturation(cell: Cell, steps: readonly CellStep[], gate: number): Pick<GateSaturation, 'low' | 'high'> {
  const isGated = cell === 'lstm' || cell === 'gru';
  const values = steps.flatMap(({ gates, hidden }) =>
    isGated ? [...gates.subarray(gate * hidden.length, (gate + 1) * hidden.length)] : [...hidden],
  );
  const isTanh = cell === 'rnn' || (isGated && gateNames[cell][gate] === 'candidate');
  const share = (test: (value: number) => boolean): number => values.filter(test).length / values.length;
  if (cell === 'relu') return { low: share((value) => value === 0), high: 0 };
  return { low: share((value) => value < (isTanh ? -0.9 : 0.1)), high: share((value) => value > 0.9) };
}

/** Up to `count` whole numbers below `length`, evenly spread, both ends among them. */
function spread(length: number, count: number): number[] {
  const chosen = Math.min(length, count);
  return Array.from({ length: chosen }, (_, i) => Math.round((i * (length - 1)) / Math.max(1, chosen - 1)));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

const ranks: Readonly<Record<FlowState, number>> = { exploding: 2, vanishing: 1, healthy: 0 };

/** The worst layer speaks for the network. */
function judge(model: ModelSpec, layers: readonly LayerDiagnosis[]): Diagnosis['verdict'] {
  const worst = layers.toSorted((a, b) => ranks[b.flow.state] - ranks[a.flow.state])[0];
  if (!worst || worst.flow.state === 'healthy') {
    return { state: 'healthy', text: 'healthy: the gradient keeps its size to within a hundred times', remedies: [] };
  }
  const { state, stepsBack } = worst.flow;
  const where = layers.length === 1 ? '' : ` in layer ${worst.layer}${worst.direction === 1 ? ', reverse' : ''}`;
  const size = state === 'exploding' ? 'more than a hundred times' : 'less than a hundredth of';
  const text = `${state}${where}: ${stepsBack} steps back from the loss the gradient is ${size} what it is at the loss`;
  return { state, text, remedies: remediesOf(state, model.cell) };
}

function remediesOf(state: 'exploding' | 'vanishing', cell: Cell): string[] {
  const isGated = cell === 'lstm' || cell === 'gru';
  if (state === 'exploding') {
    return [
      '--clip global-norm:1',
      ...(isGated ? [] : [`--recurrent-initializer ${cell === 'relu' ? 'identity' : 'orthogonal'}`, '--cell lstm']),
    ];
  }
  if (isGated)
    return ['--chrono-steps T, T being the longest dependency', ...(cell === 'lstm' ? ['--forget-bias 3'] : [])];
  return ['--cell lstm', '--cell relu --recurrent-initializer identity'];
}
