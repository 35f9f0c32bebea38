// A model opened for use: from a checkpoint, without a coordinator, on any backend.
import { threadsPerProcess } from '../backend/threads.js';
import { chooseForModel } from '../backend/available-backends.js';
import { findCheckpoint } from '../checkpoint/find-checkpoint.js';
import { generateText } from '../inference/generate.js';
import type { GenerateOptions } from '../inference/generate-options.js';
import { predictSequences } from '../inference/predict.js';
import type { PlacedSequence } from '../inference/placed-sequence.js';
import { readSequences } from '../inference/read-sequences.js';
import { readStoredModel, type StoredModel } from '../inference/stored-model.js';
import type { Network } from '../model/network.js';
import { outsideTraining, paramsOutsideTraining } from '../params/outside-training.js';
import type { FilePrediction, LoadOptions, Model } from './model.js';

/** Rows of a file at once. */
const rowsAtOnce = 64;

export interface OpenModel {
  readonly model: Model;
  readonly stored: StoredModel;
  readonly network: Network;
}

/** Loads a model together with what it is made of. `parent` is where runs are looked for by name. */
export async function openModel(target: string, options: LoadOptions, parent = 'runs'): Promise<OpenModel> {
  const { path, snapshot } = await findCheckpoint(target, parent);
  const stored = readStoredModel(snapshot, path);
  const { network, kernelId } = await createNetworkFor(stored, options);
  const { step, digest } = snapshot;
  return { model: createModel({ path, step, digest, kernelId }, stored, network), stored, network };
}

async function createNetworkFor(
  { spec, data, params }: StoredModel,
  { backend = 'auto', threads = 'auto' }: LoadOptions,
): Promise<{ network: Network; kernelId: string }> {
  const model = outsideTraining(spec);
  const { backend: name, execution } = chooseForModel({ backend, execution: 'auto', tfjsParts: model });
  const { loadEngine } = await import('../worker/engine.js');
  const engine = await loadEngine(name, { threads: threadsPerProcess(threads, name, 1), execution });
  const { network } = engine.createNetwork({ model, data, rows: rowsAtOnce });
  network.setParams(paramsOutsideTraining(spec, params));
  return { network, kernelId: engine.kernelId };
}

function createModel(
  identity: Pick<Model, 'path' | 'step' | 'digest' | 'kernelId'>,
  stored: StoredModel,
  network: Network,
): Model {
  const generateStream = (options?: GenerateOptions): Generator<string> => generateText(stored, network, options ?? {});
  return {
    ...identity,
    spec: stored.spec,
    targetNames: stored.preprocessing?.targets?.map(({ name }) => name),
    predict: (sequences) => predictSequences(stored, network, sequences),
    predictFile: (path) => predictFile(stored, network, path),
    generate: (options) => [...generateStream(options)].join(''),
    generateStream,
    dispose: () => network.dispose(),
  };
}

async function* predictFile(stored: StoredModel, network: Network, path: string): AsyncGenerator<FilePrediction> {
  let held: PlacedSequence[] = [];
  const predictHeld = (): FilePrediction[] => {
    const sequences = held.map(({ sequence }) => sequence);
    const places = held.map(({ place }) => place);
    held = [];
    const predictions = predictSequences(stored, network, sequences, (index) => `${path}:${places[index]}`);
    return predictions.map((prediction, i) => ({ place: places[i] ?? 0, ...prediction }));
  };
  for await (const placed of readSequences(stored, path)) {
    held.push(placed);
    if (held.length === rowsAtOnce) yield* predictHeld();
  }
  yield* predictHeld();
}
