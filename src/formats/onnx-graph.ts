// The nodes and constants of an ONNX graph, gathered and encoded (onnx/onnx.proto).
import { onnx } from './generated/onnx.js';
import type { Tensor } from './trained-model.js';

type Attribute = number | string | readonly number[] | readonly string[];

/** A dimension: a size, or the name of one that is known when the model runs. */
export type Dimension = number | string;

export interface Port {
  readonly name: string;
  readonly type: keyof typeof elementTypes;
  readonly shape: readonly Dimension[];
}

const elementTypes = { float: 1, int64: 7 } as const;
const attributeTypes = { int: 2, text: 3, ints: 7, texts: 8 } as const;
const irVersion = 8;
const opset = 17;

export class GraphBuilder {
  readonly #nodes: onnx.NodeProto[] = [];
  readonly #constants: onnx.TensorProto[] = [];

  /** Adds a node and names its first output. */
  node(
    operator: string,
    input: readonly string[],
    output: string,
    attributes: Readonly<Record<string, Attribute>> = {},
  ): string {
    this.nodeOf(operator, input, [output], attributes);
    return output;
  }

  /** Adds a node with several outputs; '' leaves one out. */
  nodeOf(
    operator: string,
    input: readonly string[],
    output: readonly string[],
    attributes: Readonly<Record<string, Attribute>>,
  ): void {
    const attribute = Object.entries(attributes).map(([name, value]) => encodeAttribute(name, value));
    this.#nodes.push(
      new onnx.NodeProto({
        opType: operator,
        name: `${operator} ${output.join(' ').trim()}`,
        input: [...input],
        output: [...output],
        attribute,
      }),
    );
  }

  constant(name: string, { shape, values }: Tensor): string {
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength).slice();
    this.#constants.push(
      new onnx.TensorProto({ name, dims: [...shape], dataType: elementTypes.float, rawData: bytes }),
    );
    return name;
  }

  integers(name: string, values: readonly number[]): string {
    const bytes = new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
    this.#constants.push(
      new onnx.TensorProto({ name, dims: [values.length], dataType: elementTypes.int64, rawData: bytes }),
    );
    return name;
  }

  /** The model as bytes. */
  encode(inputs: readonly Port[], outputs: readonly Port[]): Uint8Array {
    const graph = new onnx.GraphProto({
      name: 'bridle',
      node: this.#nodes,
      initializer: this.#constants,
      input: inputs.map(encodePort),
      output: outputs.map(encodePort),
    });
    const model = { irVersion, producerName: 'bridle', graph, opsetImport: [{ domain: '', version: opset }] };
    return onnx.ModelProto.encode(model).finish();
  }
}

function encodeAttribute(name: string, value: Attribute): onnx.AttributeProto {
  const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
  if (typeof value === 'number') return new onnx.AttributeProto({ name, type: attributeTypes.int, i: value });
  if (typeof value === 'string') return new onnx.AttributeProto({ name, type: attributeTypes.text, s: bytesOf(value) });
  const items: readonly (number | string)[] = value;
  const texts = items.filter((item) => typeof item === 'string');
  if (texts.length > 0)
    return new onnx.AttributeProto({ name, type: attributeTypes.texts, strings: texts.map(bytesOf) });
  return new onnx.AttributeProto({
    name,
    type: attributeTypes.ints,
    ints: items.filter((item) => typeof item === 'number'),
  });
}

function encodePort({ name, type, shape }: Port): onnx.ValueInfoProto {
  const dim = shape.map((size) => (typeof size === 'number' ? { dimValue: size } : { dimParam: size }));
  return new onnx.ValueInfoProto({ name, type: { tensorType: { elemType: elementTypes[type], shape: { dim } } } });
}
