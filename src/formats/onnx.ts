// A model as one ONNX file: the operators LSTM, GRU and RNN over whole sequences (onnx.ai, opset 17, layout [steps, batch, ...]).
import { layerWidth, numDirections, type Cell, type ModelSpec } from '../params/model-spec.js';
import { GraphBuilder, type Port } from './onnx-graph.js';
import { identity, reorderGates, stack, transpose, weightsOf } from './trained-model.js';
import type { ExportedFile, ModelWeights, RunWeights, Tensor, TrainedModel } from './trained-model.js';

const operators = { rnn: 'RNN', relu: 'RNN', lstm: 'LSTM', gru: 'GRU' } as const satisfies Record<Cell, string>;

/** Which of PyTorch's blocks comes i-th: i o f c for the LSTM, z r h for the GRU. */
const gates = {
  rnn: [0],
  relu: [0],
  lstm: [0, 3, 1, 2],
  gru: [1, 0, 2],
} as const satisfies Record<Cell, readonly number[]>;

/** Writes model.onnx: `inputs` [batch, steps(, features)] to `outputs` [batch(, steps), out]; all rows of a batch are equally long. */
export function exportToOnnx(model: TrainedModel): ExportedFile[] {
  const { spec } = model;
  const graph = new GraphBuilder();
  const weights = weightsOf(model);
  let below = addInputs(graph, spec, weights);
  weights.layers.forEach((runs, layer) => {
    below = addLayer(graph, spec, { runs, layer, below });
  });
  graph.constant('head.weight', transpose(weights.headWeight));
  graph.constant('head.bias', weights.headBias);
  graph.node('Add', [graph.node('MatMul', [below, 'head.weight'], 'products'), 'head.bias'], 'outputs');
  return [{ name: 'model.onnx', content: graph.encode(...portsOf(spec)) }];
}

function portsOf({ inputs, inputSize, outputSize, targetsPer }: ModelSpec): [Port[], Port[]] {
  const shape = ['batch', 'steps'];
  const input: Port =
    inputs === 'ids'
      ? { name: 'inputs', type: 'int64', shape }
      : { name: 'inputs', type: 'float', shape: [...shape, inputSize] };
  const rows = targetsPer === 'step' ? shape : ['batch'];
  return [[input], [{ name: 'outputs', type: 'float', shape: [...rows, outputSize] }]];
}

/** What the first layer reads [steps, batch, in]; an id without an embedding stands for its one-hot vector. */
function addInputs(graph: GraphBuilder, spec: ModelSpec, { embedding }: ModelWeights): string {
  if (spec.inputs === 'dense') return graph.node('Transpose', ['inputs'], 'vectors', { perm: [1, 0, 2] });
  const table = graph.constant('embedding', embedding ?? identity(spec.inputSize));
  const vectors = graph.node('Gather', [table, 'inputs'], 'looked_up', { axis: 0 });
  return graph.node('Transpose', [vectors], 'vectors', { perm: [1, 0, 2] });
}

interface LayerPart {
  readonly runs: readonly RunWeights[];
  readonly layer: number;
  readonly below: string;
}

/** One layer; returns what the layer above, or the head, reads. */
function addLayer(graph: GraphBuilder, spec: ModelSpec, { runs, layer, below }: LayerPart): string {
  const name = (what: string): string => `layer_${layer}_${what}`;
  const ofGates = (pick: (run: RunWeights) => Tensor): Tensor =>
    stack(runs.map((run) => reorderGates(pick(run), gates[spec.cell])));
  const inputs = [
    below,
    graph.constant(
      name('input_weights'),
      ofGates(({ inputWeight }) => inputWeight),
    ), // [D, G*H, in]
    graph.constant(
      name('hidden_weights'),
      ofGates(({ hiddenWeight }) => hiddenWeight),
    ), // [D, G*H, H]
    graph.constant(name('biases'), biasesOf(runs, spec.cell)), // [D, 2*G*H]
  ];
  const directions = numDirections(spec);
  const attributes = {
    hidden_size: spec.hiddenSize,
    direction: directions === 2 ? 'bidirectional' : 'forward',
    ...(spec.cell === 'gru' && { linear_before_reset: 1 }), // the reset gate after the product, as in PyTorch
    ...(spec.cell === 'relu' && { activations: Array.from({ length: directions }, () => 'Relu') }),
  };
  const isTop = layer + 1 === spec.layers;
  const width = graph.integers(
    name('width'),
    isTop && spec.targetsPer === 'sequence' ? [0, layerWidth(spec)] : [0, 0, layerWidth(spec)],
  );
  if (isTop && spec.targetsPer === 'sequence') {
    graph.nodeOf(operators[spec.cell], inputs, ['', name('last')], attributes); // [D, batch, H]
    const last = graph.node('Transpose', [name('last')], name('turned'), { perm: [1, 0, 2] });
    return graph.node('Reshape', [last, width], name('read'));
  }
  graph.nodeOf(operators[spec.cell], inputs, [name('all')], attributes); // [steps, D, batch, H]
  // [steps, batch, D, H] for the layer above; the head wants the batch first.
  const turned = graph.node('Transpose', [name('all')], name('turned'), { perm: isTop ? [2, 0, 1, 3] : [0, 2, 1, 3] });
  return graph.node('Reshape', [turned, width], name('joined'));
}

/** [D, 2*G*H]: the biases of the inputs, then those of the state. */
function biasesOf(runs: readonly RunWeights[], cell: Cell): Tensor {
  const both = runs.map(({ inputBias, hiddenBias }) => {
    const [input, hidden] = [inputBias, hiddenBias].map((bias) => reorderGates(bias, gates[cell]).values);
    return { shape: [2 * inputBias.values.length], values: Float32Array.from([...(input ?? []), ...(hidden ?? [])]) };
  });
  return stack(both);
}
