// What of a tf.LayersModel cannot be trained here, found in its topology: state beside parameters, randomness without a seed of
// the run, and what Keras adds to the loss or does to weights behind an optimizer's back.
import { ConfigError } from '../errors.js';

type Config = Readonly<Record<string, unknown>>;

const drawing = ['GaussianNoise', 'GaussianDropout', 'AlphaDropout', 'SpatialDropout1D'];

/** Refuses the first layer that is not supported, by its name. Throws ConfigError LAYERS_UNSUPPORTED. */
export function checkTopology(path: string, topology: unknown): void {
  visit(topology, (className, config) => {
    const problem = findProblem(className, config);
    if (problem === undefined) return;
    const name = typeof config['name'] === 'string' ? ` "${config['name']}"` : '';
    throw new ConfigError('LAYERS_UNSUPPORTED', `${path}: the layer ${className}${name} ${problem}.`);
  });
}

function findProblem(className: string, config: Config): string | undefined {
  if (className.startsWith('BatchNormalization'))
    return 'keeps running statistics, which are no parameters: use LayerNormalization, or write the model with defineModel';
  if (config['stateful'] === true)
    return 'is stateful: save it with stateful: false, every sequence starts from a state of zeros';
  if (config['trainable'] === false)
    return 'is frozen (trainable: false), and all weights are trained here: save it with trainable: true';
  if (
    drawing.includes(className) ||
    isAbove0(config['recurrent_dropout']) ||
    (className !== 'Dropout' && isAbove0(config['dropout']))
  )
    return "draws random numbers that no seed of the run fixes: use Dropout between the layers, or defineModel's random";
  if (className === 'Dropout' && Array.isArray(config['noise_shape'])) return 'has a noise shape: leave it out';
  const setKey = (ending: string): string | undefined =>
    Object.keys(config).find((key) => key.endsWith(ending) && config[key] !== null && config[key] !== undefined);
  const regularizer = setKey('_regularizer');
  if (regularizer !== undefined) return `has a ${regularizer}: leave it out, and give --l1 or --l2`;
  const constraint = setKey('_constraint');
  if (constraint !== undefined) return `has a ${constraint}, which is not applied here: leave it out`;
  return undefined;
}

function isAbove0(value: unknown): boolean {
  return typeof value === 'number' && value > 0;
}

function visit(value: unknown, onLayer: (className: string, config: Config) => void): void {
  if (typeof value !== 'object' || value === null) return;
  const { class_name: className, config } = value as Config;
  if (typeof className === 'string' && typeof config === 'object' && config !== null)
    onLayer(className, config as Config);
  for (const child of Object.values(value)) visit(child, onLayer);
}
