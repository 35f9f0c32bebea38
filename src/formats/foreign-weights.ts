// Weights from elsewhere, found by name: PyTorch's state_dict, whatever its modules are called, or Keras's variables.
import { layerSuffix, layoutOfModel } from '../params/layout-of-model.js';
import type { ModelSpec } from '../params/model-spec.js';
import { viewTensor } from '../tensor/layout.js';
import { kerasGates } from './keras-weights.js';
import { reorderGates, transpose, type Tensor } from './trained-model.js';

/** Tensors by bridle's names, as far as they were found. */
type Found = Map<string, Tensor & { readonly from: string }>;
type Tensors = ReadonlyMap<string, Tensor>;

export interface ForeignWeights {
  readonly params: Float32Array;
  /** What does not fit, each in one phrase; where there is any, `params` is of no use. */
  readonly problems: readonly string[];
}

/** Lays a file's tensors out for a model. Every tensor of the model must be there in its shape, and no other. */
export function layForeignWeights(spec: ModelSpec, tensors: Tensors): ForeignWeights {
  const layout = layoutOfModel(spec);
  const isKeras = [...tensors.keys()].some((name) => /(^|\/)recurrent_kernel$/.test(name));
  const found = isKeras ? nameKeras(spec, tensors) : nameTorch(spec, tensors);
  const params = new Float32Array(layout.size);
  const problems = layout.tensors.flatMap((tensor) => {
    const { name, shape } = tensor;
    const got = found.get(name);
    if (got?.shape.join() === shape.join()) {
      viewTensor(params, tensor).set(got.values);
      return [];
    }
    const what = got ? `[${got.shape.join(', ')}]${got.from === name ? '' : ` (${got.from})`}` : 'none';
    return [`wanted tensor ${name} of shape [${shape.join(', ')}], got ${what}`];
  });
  const wanted = new Set(layout.tensors.map(({ name }) => name));
  const others = [...found].filter(([name]) => !wanted.has(name)).map(([, { from }]) => from);
  return {
    params,
    problems: others.length > 0 ? [...problems, `no place for ${others.slice(0, 20).join(', ')}`] : problems,
  };
}

const recurrentName = /^(?:.*\.)?((?:weight|bias)_(?:ih|hh)_l\d+(?:_reverse)?)$/;

/** `encoder.lstm.weight_ih_l0` is rnn's, a table without a bias the embedding's, what has both the head's. */
function nameTorch({ embeddingSize }: ModelSpec, tensors: Tensors): Found {
  const found: Found = new Map();
  const isTable = (module: string): boolean => embeddingSize !== undefined && !tensors.has(`${module}.bias`);
  const put = (name: string, from: string, tensor: Tensor): unknown =>
    // Two tensors for one place: the second keeps its own name, and so is reported.
    found.set(found.has(name) ? from : name, { ...tensor, from });
  for (const [name, tensor] of tensors) {
    const recurrent = recurrentName.exec(name)?.[1];
    const module = /^(.*)\.(?:weight|bias)$/.exec(name)?.[1];
    if (recurrent !== undefined) put(`rnn.${recurrent}`, name, tensor);
    else if (module === undefined) put(name, name, tensor);
    else if (name.endsWith('.bias')) put('head.bias', name, tensor);
    else put(isTable(module) ? 'embedding.weight' : 'head.weight', name, tensor);
  }
  return found;
}

/** Layers in the order of their paths, numbers as numbers; one bias becomes b_ih, with zeros as b_hh. */
function nameKeras(spec: ModelSpec, tensors: Tensors): Found {
  const found: Found = new Map();
  const order = kerasGates[spec.cell];
  const inverse = order.map((_, gate) => order.findIndex((block) => block === gate));
  const toTorch = (tensor: Tensor): Tensor => reorderGates(tensor, inverse);
  const put = (name: string, from: string, tensor: Tensor): unknown => found.set(name, { ...tensor, from });
  const paths = [...tensors.keys()]
    .flatMap((name) => /^(.*)\/recurrent_kernel$/.exec(name)?.[1] ?? [])
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  const forward = paths.filter((path) => !isBackward(path));
  for (const path of paths) {
    const layer = isBackward(path) ? paths.filter(isBackward).indexOf(path) : forward.indexOf(path);
    const suffix = layerSuffix(layer, isBackward(path) ? 1 : 0);
    const [kernel, recurrent, bias] = ['kernel', 'recurrent_kernel', 'bias'].map((name) =>
      tensors.get(`${path}/${name}`),
    );
    if (kernel) put(`rnn.weight_ih${suffix}`, `${path}/kernel`, toTorch(transpose(kernel)));
    if (recurrent) put(`rnn.weight_hh${suffix}`, `${path}/recurrent_kernel`, toTorch(transpose(recurrent)));
    if (bias)
      splitBias(bias).forEach((part, i) =>
        put(`rnn.bias_${i === 0 ? 'ih' : 'hh'}${suffix}`, `${path}/bias`, toTorch(part)),
      );
  }
  for (const [name, tensor] of tensors) {
    if (paths.some((path) => name.startsWith(`${path}/`))) continue;
    if (name.endsWith('/kernel')) put('head.weight', name, transpose(tensor));
    else if (name.endsWith('/bias')) put('head.bias', name, tensor);
    else if (name.endsWith('/embeddings')) put(isOneHot(spec, tensor) ? 'one-hot' : 'embedding.weight', name, tensor);
    else put(name, name, tensor);
  }
  found.delete('one-hot'); // what an exported model has in place of ids
  return found;
}

function isBackward(path: string): boolean {
  return /(^|\/)backward_[^/]*(\/|$)/.test(path);
}

/** [2, G*H] is b_ih and b_hh; [G*H] is their sum. */
function splitBias({ shape, values }: Tensor): [Tensor, Tensor] {
  if (shape.length === 1)
    return [
      { shape, values },
      { shape, values: new Float32Array(values.length) },
    ];
  const half = values.length / 2;
  const part = (from: number): Tensor => ({ shape: shape.slice(1), values: values.subarray(from, from + half) });
  return [part(0), part(half)];
}

function isOneHot({ embeddingSize, inputSize }: ModelSpec, { shape, values }: Tensor): boolean {
  const isSquare = embeddingSize === undefined && shape.join() === `${inputSize},${inputSize}`;
  return isSquare && values.every((value, i) => value === (i % (inputSize + 1) === 0 ? 1 : 0));
}
