// The layout of a flat vector: which tensor lies where. Params, grads and optimizer moments share one layout.

/** What a tensor is for; weight decay, penalties and norms go by group. */
export const parameterGroups = ['input', 'recurrent', 'bias', 'output'] as const;
export type ParameterGroup = (typeof parameterGroups)[number];

/** One tensor inside a flat vector: row-major, `size` values from `offset`. Names and shapes are PyTorch's. */
export interface TensorSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly offset: number;
  readonly size: number;
  readonly group: ParameterGroup;
}

export interface Layout {
  readonly tensors: readonly TensorSpec[];
  /** Number of values in all. */
  readonly size: number;
}

/** Lays tensors one after the other, without gaps. */
export function layTensors(
  tensors: readonly { readonly name: string; readonly shape: readonly number[]; readonly group: ParameterGroup }[],
): Layout {
  let offset = 0;
  const laid = tensors.map(({ name, shape, group }) => {
    const size = shape.reduce((product, dimension) => product * dimension, 1);
    const spec = { name, shape, offset, size, group };
    offset += size;
    return spec;
  });
  return { tensors: laid, size: offset };
}

/** Says whether a tensor is no parameter: kept, saved and sent as one, but set by statistics, with a gradient of 0. */
export function isBuffer({ name }: Pick<TensorSpec, 'name'>): boolean {
  return name.startsWith('rnn.running_');
}

/** Views one tensor of a flat vector, without a copy. */
export function viewTensor(vector: Float32Array, tensor: TensorSpec): Float32Array {
  return vector.subarray(tensor.offset, tensor.offset + tensor.size);
}
