// Records a tfjs step and makes one TensorFlow graph of it: a single native call instead of thousands, each of which costs more
// than its arithmetic. What is random or computed in JavaScript would be frozen: hence two recordings, on other inputs.
import type { Tensor } from '@tensorflow/tfjs';
import { ConfigError } from '../../errors.js';
import type { Backend } from '../backend.js';
import { withGraphFolder } from './graph-folder.js';
import { mergeRecordings } from './merge-recordings.js';
import { namedValues, replaceValues } from './named-values.js';
import { record } from './record.js';
import { at, type Recording, type Refusal } from './recording.js';
import { type GraphModel, savedModelTag, writeSavedModel } from './saved-model.js';
import { nodeBackend } from './tfjs-binding.js';

export interface CapturedStep<Inputs extends object, Outputs extends object> {
  /** Replays the step; inputs have the shapes of the examples. The tensors returned belong to the caller. */
  run(inputs: Inputs): Outputs;
  /** Frees the graph. */
  dispose(): void;
}

/** Largest difference between a replay and the step itself, relative in L2: TensorFlow rewrites graphs, so last places differ. */
const tolerance = 1e-4;
/** Of values that are no float32, such as indices of a largest output, so many may differ: ties fall either way. */
const maxOtherShare = 0.01;

/**
 * Captures `step`, a function of the tensors and numbers in its inputs, for the backend `tensorflow`. The two examples have the
 * same shapes and no value in common; where they stand for a seed or a step number, other ones. The replay of both is compared
 * with the step before it is returned. Its variables must be among its inputs.
 * @throws ConfigError CAPTURE_REFUSED with the operation and the reason
 */
export function capture<Inputs extends object, Outputs extends object>(
  tf: Backend['tf'],
  step: (inputs: Inputs) => Outputs,
  examples: readonly [Inputs, Inputs],
): CapturedStep<Inputs, Outputs> {
  tf.engine().startScope();
  try {
    const [first, second] = [recordOrRefuse(tf, step, examples[0]), recordOrRefuse(tf, step, examples[1])];
    const adopted = mergeRecordings(first.recording, second.recording);
    if (!(adopted instanceof Map)) throw refusal(adopted as Refusal);
    const model = writeSavedModel(nodeBackend(tf).binding, first.recording, adopted);
    const captured = loadGraph(tf, model, first.outputs);
    compare(first.recording, captured.run(examples[0]), captured);
    compare(second.recording, captured.run(examples[1]), captured);
    return captured;
  } finally {
    tf.engine().endScope();
  }
}

function recordOrRefuse<Inputs extends object, Outputs extends object>(
  tf: Backend['tf'],
  step: (inputs: Inputs) => Outputs,
  inputs: Inputs,
) {
  const recorded = record(tf, step, inputs);
  if ('refusal' in recorded) throw refusal(recorded.refusal);
  return recorded;
}

function loadGraph<Inputs extends object, Outputs extends object>(
  tf: Backend['tf'],
  model: GraphModel,
  template: Outputs,
): CapturedStep<Inputs, Outputs> {
  const backend = nodeBackend(tf);
  const { binding } = backend;
  const graph = withGraphFolder(model.bytes, (folder) => binding.loadSavedModel(folder, savedModelTag));
  const inputNames = model.inputs.map((_, index) => `in${index}:0`).join();
  const outputNames = model.outputs.map((_, index) => `out${index}:0`).join();
  const dtypes = new Map([
    [binding.TF_INT32, 'int32'],
    [binding.TF_BOOL, 'bool'],
  ] as const);
  return {
    run(inputs) {
      const values = namedValues(inputs);
      const made: Tensor[] = [];
      const tensors = model.inputs.map(({ name, dtype }) => {
        const value = values.get(name);
        if (value === undefined) throw new TypeError(`The captured step has an input ${name}, and none was given.`);
        if (typeof value !== 'number') return value;
        const scalar = tf.scalar(value, dtypes.get(dtype) ?? 'float32');
        made.push(scalar);
        return scalar;
      });
      const infos = binding.runSavedModel(graph, backend.getInputTensorIds(tensors), inputNames, outputNames);
      made.forEach((tensor) => tensor.dispose());
      const outputs = model.outputs.map((name, index) => [name, backend.createOutputTensor(at(infos, index))] as const);
      return replaceValues(template, new Map(outputs));
    },
    dispose: () => binding.deleteSavedModel(graph),
  };
}

/** Throws where the replay is not what the step itself returned, and frees the graph. */
function compare(recording: Recording, replayed: object, captured: CapturedStep<never, object>): void {
  const values = namedValues(replayed);
  for (const [name, { tensor, source }] of recording.outputs) {
    const reason = whyWrong(tensor, values.get(name) as Tensor);
    if (reason === undefined) continue;
    captured.dispose();
    const operation = source.kind === 'operation' ? at(recording.operations, source.index).name : 'Identity';
    throw refusal({ operation, reason: `replayed, the output ${name} ${reason}` });
  }
}

function whyWrong(expected: Tensor, actual: Tensor): string | undefined {
  if (expected.shape.join() !== actual.shape.join())
    return `has shape [${actual.shape.join()}] instead of [${expected.shape.join()}]`;
  const [wanted, got] = [expected.dataSync(), actual.dataSync()];
  if (expected.dtype !== 'float32') {
    const others = wanted.filter((value: number, index: number) => value !== got[index]).length;
    return others <= maxOtherShare * wanted.length ? undefined : `has ${others} other values of ${wanted.length}`;
  }
  let [difference, size] = [0, 0];
  wanted.forEach((value: number, index: number) => {
    difference += ((got[index] ?? NaN) - value) ** 2;
    size += value ** 2;
  });
  // NaN <= x is false: a replay that returns NaN is wrong.
  if (difference <= tolerance ** 2 * size) return undefined;
  return `differs by ${Math.sqrt(difference / size).toExponential(1)} (relative, at most ${tolerance} is allowed)`;
}

function refusal({ operation, reason }: Refusal): ConfigError {
  return new ConfigError(
    'CAPTURE_REFUSED',
    `The step cannot be captured as one graph: ${operation}: ${reason}. Change the step, or run it with --execution eager.`,
  );
}
