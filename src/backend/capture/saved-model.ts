// A merged recording as TensorFlow's SavedModel: one node an operation, placeholders for inputs, an identity for each output.
import type * as generated from '../generated/graph.js';
import { tensorflow } from '../generated/graph.js';
import { fuseGradients } from './fuse-gradients.js';
import type { AdoptedConstants } from './merge-recordings.js';
import { at, type RecordedConstant, type RecordedOperation, type Recording, type Source } from './recording.js';
import type { OperationAttribute, TfjsBinding } from './tfjs-binding.js';

type Node = generated.tensorflow.NodeDef.$Properties;
type Attribute = generated.tensorflow.AttrValue.$Properties;
type Shape = generated.tensorflow.TensorShapeProto.$Properties;

export interface GraphModel {
  /** The file saved_model.pb. */
  readonly bytes: Uint8Array;
  /** Named inputs that the graph reads, in the order of its placeholders `in0`, `in1`, ..., with their dtypes. */
  readonly inputs: readonly { readonly name: string; readonly dtype: number }[];
  /** Named outputs, in the order of `out0`, `out1`, ... */
  readonly outputs: readonly string[];
}

export const savedModelTag = 'serve';

/** The version of TensorFlow's graph format that is written: 2.15's. */
const producer = 1645;

/** Writes the graph of `recording`, with `adopted` constants as inputs. */
export function writeSavedModel(binding: TfjsBinding, recording: Recording, adopted: AdoptedConstants): GraphModel {
  const graph = new GraphWriter(binding, recording, adopted);
  fuseGradients(recording).forEach((operation, index) => graph.addOperation(operation, index));
  const outputs = [...recording.outputs].map(([name, { source }], index) => graph.addOutput(name, source, index));
  const metaGraph = {
    metaInfoDef: { tags: [savedModelTag] },
    graphDef: { node: graph.nodes, versions: { producer } },
  };
  const model = { savedModelSchemaVersion: 1, metaGraphs: [metaGraph] };
  return { bytes: tensorflow.SavedModel.encode(model).finish(), inputs: graph.inputs, outputs };
}

class GraphWriter {
  readonly nodes: Node[] = [];
  readonly inputs: { readonly name: string; readonly dtype: number }[] = [];
  readonly #binding: TfjsBinding;
  readonly #recording: Recording;
  readonly #adopted: AdoptedConstants;
  readonly #placeholders = new Map<string, string>();
  /** Nodes by content: most constants are axes and shapes that come again at every time step. */
  readonly #constants = new Map<string, string>();

  constructor(binding: TfjsBinding, recording: Recording, adopted: AdoptedConstants) {
    this.#binding = binding;
    this.#recording = recording;
    this.#adopted = adopted;
  }

  addOperation(operation: RecordedOperation, index: number): void {
    const { name, attributes, inputs } = asPlainProduct(operation);
    this.nodes.push({
      name: `op${index}`,
      op: name,
      input: inputs.map((source) => this.#nameOf(source)),
      attr: {
        // The one kernel of tfjs-node that leaves its type out: run eagerly, TensorFlow infers it, in a graph it does not.
        ...(name === 'ExpandDims' && { T: { type: this.#dtypeOf(at(inputs, 0)) } }),
        ...Object.fromEntries(attributes.map((attribute) => [attribute.name, this.#attributeOf(attribute)])),
      },
    });
  }

  addOutput(name: string, source: Source, index: number): string {
    const attr = { T: { type: this.#dtypeOf(source) } };
    this.nodes.push({ name: `out${index}`, op: 'Identity', input: [this.#nameOf(source)], attr });
    return name;
  }

  #nameOf(source: Source): string {
    if (source.kind === 'operation')
      return source.output === 0 ? `op${source.index}` : `op${source.index}:${source.output}`;
    if (source.kind === 'input')
      return this.#placeholder(source.name, this.#inputDtype(source.name), this.#shapeOf(source.name));
    const constant = at(this.#recording.constants, source.index);
    const input = this.#adopted.get(source.index);
    return input === undefined ? this.#constant(constant) : this.#placeholder(input, constant.dtype, constant.shape);
  }

  #placeholder(input: string, dtype: number, shape: readonly number[]): string {
    const key = `${input} ${dtype}`;
    const known = this.#placeholders.get(key);
    if (known !== undefined) return known;
    const name = `in${this.inputs.length}`;
    this.inputs.push({ name: input, dtype });
    this.#placeholders.set(key, name);
    this.nodes.push({ name, op: 'Placeholder', attr: { dtype: { type: dtype }, shape: { shape: shapeProto(shape) } } });
    return name;
  }

  #constant({ dtype, shape, values }: RecordedConstant): string {
    const tensorContent = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    const key = `${dtype} ${shape.join()} ${Buffer.from(tensorContent).toString('base64')}`;
    const known = this.#constants.get(key);
    if (known !== undefined) return known;
    const name = `constant${this.#constants.size}`;
    this.#constants.set(key, name);
    const tensor = { dtype, tensorShape: shapeProto(shape), tensorContent };
    this.nodes.push({ name, op: 'Const', attr: { dtype: { type: dtype }, value: { tensor } } });
    return name;
  }

  #dtypeOf(source: Source): number {
    if (source.kind === 'operation')
      return at(at(this.#recording.operations, source.index).outputs, source.output).dtype;
    if (source.kind === 'constant') return at(this.#recording.constants, source.index).dtype;
    return this.#inputDtype(source.name);
  }

  #inputDtype(name: string): number {
    const input = this.#recording.inputs.get(name);
    const dtype = typeof input === 'object' ? input.dtype : 'float32';
    const { TF_FLOAT, TF_INT32, TF_BOOL } = this.#binding;
    return dtype === 'int32' ? TF_INT32 : dtype === 'bool' ? TF_BOOL : TF_FLOAT;
  }

  #shapeOf(name: string): readonly number[] {
    const input = this.#recording.inputs.get(name);
    return typeof input === 'object' ? input.shape : [];
  }

  #attributeOf({ type, value }: OperationAttribute): Attribute {
    const binding = this.#binding;
    const isList = Array.isArray(value);
    if (type === binding.TF_ATTR_SHAPE) return { shape: shapeProto(value as number[]) };
    if (type === binding.TF_ATTR_STRING) {
      return isList ? { list: { s: value.map(bytesOf) } } : { s: bytesOf(value) };
    }
    const key = new Map<number, 'type' | 'i' | 'f' | 'b'>([
      [binding.TF_ATTR_TYPE, 'type'],
      [binding.TF_ATTR_INT, 'i'],
      [binding.TF_ATTR_FLOAT, 'f'],
      [binding.TF_ATTR_BOOL, 'b'],
    ]).get(type);
    if (key === undefined) throw new TypeError(`TensorFlow has no attributes of type ${type}.`);
    return isList ? { list: { [key]: value } } : { [key]: value };
  }
}

/** A batched product of two matrices is the plain one, which has the faster kernel. */
function asPlainProduct(operation: RecordedOperation): RecordedOperation {
  if (operation.name !== 'BatchMatMulV2' || operation.outputs[0]?.shape.length !== 2) return operation;
  const plain: Readonly<Record<string, string>> = { adj_x: 'transpose_a', adj_y: 'transpose_b' };
  const attributes = operation.attributes.map((attribute) => ({
    ...attribute,
    name: plain[attribute.name] ?? attribute.name,
  }));
  return { ...operation, name: 'MatMul', attributes };
}

function shapeProto(shape: readonly number[]): Shape {
  return { dim: shape.map((size) => ({ size })) };
}

function bytesOf(value: unknown): Uint8Array {
  return new TextEncoder().encode(String(value));
}
