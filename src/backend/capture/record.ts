// Runs a step while every call to TensorFlow is written down: all kernels of tfjs-node go through `binding.executeOp`.
import type { Tensor } from '@tensorflow/tfjs';
import type { Backend } from '../backend.js';
import { namedValues, type NamedValues } from './named-values.js';
import {
  at,
  type RecordedConstant,
  type RecordedOperation,
  type Recording,
  type Refusal,
  type Source,
} from './recording.js';
import { nodeBackend, type NodeBackend, type TfjsBinding, type Values } from './tfjs-binding.js';
import { whyUnfit } from './unfit-operations.js';

/** What `step` did with `inputs`, and what it returned; its tensors belong to the caller. */
export type Recorded<Outputs> =
  { readonly recording: Recording; readonly outputs: Outputs } | { readonly refusal: Refusal };

/** Records `step` on `inputs`. */
export function record<Inputs extends object, Outputs extends object>(
  tf: Backend['tf'],
  step: (inputs: Inputs) => Outputs,
  inputs: Inputs,
): Recorded<Outputs> {
  const backend = nodeBackend(tf);
  const recorder = new Recorder(backend, namedValues(inputs), variablesOf(tf, backend));
  const before = stateOf(tf);
  const { binding } = backend;
  backend.binding = recorder.watch();
  try {
    const outputs = step(inputs);
    if (outputs instanceof Promise) recorder.refuse('step', 'it returns a promise: a graph has no moments to wait in');
    else recorder.finish(namedValues(outputs));
    if (!isSameState(before, stateOf(tf))) recorder.refuse('Assign', 'the step changes a variable');
    return recorder.refusal ? { refusal: recorder.refusal } : { recording: recorder, outputs };
  } finally {
    backend.binding = binding;
  }
}

class Recorder implements Recording {
  readonly inputs: NamedValues;
  readonly operations: RecordedOperation[] = [];
  readonly constants: RecordedConstant[] = [];
  readonly outputs = new Map<string, { readonly source: Source; readonly tensor: Tensor }>();
  /** The first thing that no graph can do. The step runs to its end all the same: tfjs does not expect kernels to throw. */
  refusal: Refusal | undefined;
  readonly #backend: NodeBackend;
  readonly #binding: TfjsBinding;
  readonly #variables: ReadonlyMap<number, string>;
  /** By tensor id, which TensorFlow's binding uses once. */
  readonly #sources = new Map<number, Source>();
  /** The tensor whose values were read, until it is known what for. */
  #wasRead: number | undefined;

  constructor(backend: NodeBackend, inputs: NamedValues, variables: ReadonlyMap<number, string>) {
    this.#backend = backend;
    this.#binding = backend.binding;
    this.#variables = variables;
    this.inputs = inputs;
    for (const [name, value] of inputs) {
      if (typeof value !== 'number') this.#sources.set(this.#idOf(value), { kind: 'input', name });
    }
  }

  /** The binding with its calls written down. */
  watch(): TfjsBinding {
    const watched: Partial<TfjsBinding> = {
      executeOp: (...call) => this.#executeOp(...call),
      createTensor: (...call) => this.#createTensor(...call),
      tensorDataSync: (id) => {
        this.#settleRead();
        if (this.#sources.get(id)?.kind !== 'constant') this.#wasRead = id;
        return this.#binding.tensorDataSync(id);
      },
      runSavedModel: (...call) => {
        this.refuse('SavedModel', 'it runs another graph');
        return this.#binding.runSavedModel(...call);
      },
    };
    // A copy: what the addon exports cannot be replaced in place.
    const names = Object.getOwnPropertyNames(this.#binding) as (keyof TfjsBinding)[];
    return { ...Object.fromEntries(names.map((name) => [name, this.#binding[name]])), ...watched } as TfjsBinding;
  }

  refuse(operation: string, reason: string): void {
    this.refusal ??= { operation, reason };
  }

  finish(outputs: NamedValues): void {
    this.#settleRead();
    for (const [name, value] of outputs) {
      if (typeof value === 'number') this.refuse('step', `its output ${name} is a number, not a tensor`);
      else this.outputs.set(name, { source: this.#sourceOf(this.#idOf(value)), tensor: value });
    }
  }

  #executeOp(...[name, attributes, inputs, numOutputs]: Parameters<TfjsBinding['executeOp']>) {
    // Gathering looks at its indices in JavaScript, but only to see that none is out of range.
    if (name === 'GatherV2' && inputs[1] === this.#wasRead) this.#wasRead = undefined;
    this.#settleRead();
    const unfit = whyUnfit(name);
    if (unfit !== undefined) this.refuse(name, unfit);
    const sources = inputs.map((id) => this.#sourceOf(id));
    const outputs = this.#binding.executeOp(name, attributes, inputs, numOutputs);
    const index = this.operations.length;
    outputs.forEach(({ id }, output) => this.#sources.set(id, { kind: 'operation', index, output }));
    this.operations.push({
      name,
      attributes,
      inputs: sources,
      outputs: outputs.map(({ dtype, shape }) => ({ dtype, shape })),
    });
    return outputs;
  }

  #createTensor(...[shape, dtype, values]: Parameters<TfjsBinding['createTensor']>): number {
    const id = this.#binding.createTensor(shape, dtype, values);
    this.#addConstant(id, shape, dtype, this.#binding.tensorDataSync(id));
    return id;
  }

  #addConstant(id: number, shape: readonly number[], dtype: number, values: Values): Source {
    const { TF_FLOAT, TF_INT32, TF_BOOL } = this.#binding;
    if (![TF_FLOAT, TF_INT32, TF_BOOL].includes(dtype)) this.refuse('Const', `it holds dtype ${dtype} of TensorFlow`);
    const source = { kind: 'constant', index: this.constants.length } as const;
    this.#sources.set(id, source);
    this.constants.push({ shape: [...shape], dtype, values });
    return source;
  }

  /** A tensor from outside that is no input never changes, unless it is a variable. */
  #sourceOf(id: number): Source {
    const known = this.#sources.get(id);
    if (known) return known;
    const variable = this.#variables.get(id);
    if (variable !== undefined)
      this.refuse('Variable', `the variable ${variable} is read, and is no input of the step`);
    const values = this.#binding.tensorDataSync(id);
    const type = { name: 'T', type: this.#binding.TF_ATTR_TYPE, value: this.#dtypeOf(values) };
    const copy = at(this.#binding.executeOp('Identity', [type], [id], 1), 0);
    this.#binding.deleteTensor(copy.id);
    return this.#addConstant(id, copy.shape, copy.dtype, values);
  }

  #dtypeOf(values: Values): number {
    const { TF_FLOAT, TF_INT32, TF_BOOL } = this.#binding;
    return values instanceof Float32Array ? TF_FLOAT : values instanceof Int32Array ? TF_INT32 : TF_BOOL;
  }

  #settleRead(): void {
    if (this.#wasRead === undefined) return;
    const source = this.#sources.get(this.#wasRead);
    this.#wasRead = undefined;
    const operation = source?.kind === 'operation' ? at(this.operations, source.index).name : 'Placeholder';
    const what = source?.kind === 'input' ? `the input ${source.name}` : 'its result';
    this.refuse(operation, `${what} is read back in the middle of the step`);
  }

  #idOf(tensor: Tensor): number {
    return idOf(this.#backend, tensor);
  }
}

function idOf(backend: NodeBackend, tensor: Tensor): number {
  return at(backend.getInputTensorIds([tensor]), 0);
}

function variablesOf(tf: Backend['tf'], backend: NodeBackend): Map<number, string> {
  const variables = Object.values(tf.engine().registeredVariables);
  return new Map(variables.map((variable) => [idOf(backend, variable), variable.name]));
}

function stateOf(tf: Backend['tf']): ReadonlyMap<string, object> {
  return new Map(Object.values(tf.engine().registeredVariables).map(({ name, dataId }) => [name, dataId]));
}

function isSameState(before: ReadonlyMap<string, object>, after: ReadonlyMap<string, object>): boolean {
  return before.size === after.size && [...before].every(([name, dataId]) => after.get(name) === dataId);
}
