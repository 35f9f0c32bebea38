// A tf.LayersModel as a pure function of its parameters: its variables are replaced by the tensors of a call, as
// torch.func.functional_call does in PyTorch.
import type { LayersModel, Tensor } from '@tensorflow/tfjs';
import { ConfigError } from '../errors.js';
import type { LossName } from '../params/model-spec.js';
import type { ModelCall, ModelDefinition, ModelRandom } from './define-model.js';
import { layersLoss } from './layers-loss.js';
import type { Tfjs } from './tfjs.js';

/** What of tfjs-layers 4.22 is reached into. */
interface LayerVariable {
  readonly originalName: string;
  val: Tensor;
}
interface InnerLayer {
  rate?: number;
  layer?: InnerLayer;
  readonly layers?: readonly InnerLayer[];
  getClassName(): string;
  getConfig(): Readonly<Record<string, unknown>>;
  call(inputs: Tensor | Tensor[], options: Readonly<Record<string, unknown>>): Tensor | Tensor[];
}

export interface LoadedLayers {
  readonly model: LayersModel;
  /** Where Dropout layers find the draws of the call that is going on. */
  readonly current: { random?: ModelRandom };
}

/** Builds the model; its own first weights are not used. Throws ConfigError LAYERS_FILE, LAYERS_UNSUPPORTED. */
export async function loadLayers(tf: Tfjs, path: string, modelTopology: object): Promise<LoadedLayers> {
  const model = await build(tf, path, modelTopology);
  const [inputs, outputs] = [model.inputs.length, model.outputs.length];
  if (inputs !== 1 || outputs !== 1) {
    const message = `${path} has ${inputs} inputs and ${outputs} outputs; wanted one of each. Write it with defineModel.`;
    throw new ConfigError('LAYERS_UNSUPPORTED', message);
  }
  const current: LoadedLayers['current'] = {};
  for (const layer of model.layers) drawFromRun(tf, layer as unknown as InnerLayer, current);
  return { model, current };
}

async function build(tf: Tfjs, path: string, modelTopology: object): Promise<LayersModel> {
  try {
    return await tf.models.modelFromJSON({ modelTopology } as Parameters<typeof tf.models.modelFromJSON>[0]);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ConfigError('LAYERS_FILE', `${path}: tfjs cannot build this model: ${reason}`, { cause });
  }
}

/** Keras's Dropout draws by Math.random; here its masks come from the run's seed, step and example. */
function drawFromRun(tf: Tfjs, layer: InnerLayer, current: LoadedLayers['current']): void {
  for (const inner of [...(layer.layers ?? []), ...(layer.layer ? [layer.layer] : [])]) drawFromRun(tf, inner, current);
  const { rate = 0 } = layer;
  if (layer.getClassName() !== 'Dropout' || rate === 0) return;
  layer.call = (inputs, { training }) => {
    const input = Array.isArray(inputs) ? inputs[0]! : inputs;
    if (training !== true || !current.random) return input;
    return tf.mul(input, current.random.keep(rate, input.shape.slice(1)));
  };
}

/** Makes the model's loss as a function of parameters with the names of its weights. Throws ConfigError LAYERS_FILE, LAYERS_UNSUPPORTED. */
export function layersLossAndCounts(
  { model, current }: LoadedLayers,
  path: string,
  names: readonly string[],
  loss: LossName,
): ModelDefinition['lossAndCounts'] {
  const variables = matchVariables(model, path, names);
  const activation = activationOf(model);
  const measure = layersLoss(path, loss, activation);
  return (call) => {
    current.random = call.random;
    try {
      return measure(
        call.tf,
        withParams(variables, call, () => apply(model, call)),
        call.batch,
      );
    } finally {
      delete current.random;
    }
  };
}

function apply(model: LayersModel, { batch, training }: ModelCall): Tensor {
  const output = model.apply(batch.inputs, { training }) as Tensor | Tensor[];
  return Array.isArray(output) ? output[0]! : output;
}

function withParams<Result>(
  variables: ReadonlyMap<string, LayerVariable>,
  { params }: ModelCall,
  run: () => Result,
): Result {
  const own = Array.from(variables.values(), ({ val }) => val);
  try {
    for (const [name, variable] of variables) variable.val = params[name]!;
    return run();
  } finally {
    [...variables.values()].forEach((variable, i) => (variable.val = own[i]!));
  }
}

/** By name; Keras puts the cell's name before the last part, tfjs does not. */
function matchVariables(model: LayersModel, path: string, names: readonly string[]): Map<string, LayerVariable> {
  const all = model.weights as unknown as readonly LayerVariable[];
  const byName = new Map(all.map((variable) => [variable.originalName, variable]));
  const found = names.map((name) => {
    const parts = name.split('/');
    return [name, byName.get(name) ?? byName.get([...parts.slice(0, -2), ...parts.slice(-1)].join('/'))] as const;
  });
  const missing = found.find(([, variable]) => variable === undefined)?.[0];
  if (missing !== undefined || all.length !== names.length) {
    const got = missing ?? `${names.length} names for ${all.length} weights`;
    const message = `${path}: its manifest and its topology differ (${got}). Save it again with model.save.`;
    throw new ConfigError('LAYERS_FILE', message);
  }
  return new Map(found as readonly (readonly [string, LayerVariable])[]);
}

/** How the last layer ends: probabilities or logits. */
function activationOf(model: LayersModel): string {
  let last = model.outputs[0]!.sourceLayer as unknown as InnerLayer;
  while (last.layer) last = last.layer;
  if (last.getClassName() === 'Softmax') return 'softmax';
  const { activation } = last.getConfig();
  return typeof activation === 'string' ? activation : 'linear';
}
