// The loss of a tf.LayersModel on one shard, by the task: as Keras's losses where the model ends in probabilities.
import type { Tensor } from '@tensorflow/tfjs';
import { ConfigError } from '../errors.js';
import type { LossName } from '../params/model-spec.js';
import type { LossAndCounts, ModelBatch } from './define-model.js';
import { binaryCrossEntropy } from './losses.js';
import type { Tfjs } from './tfjs.js';

/** Keras's epsilon: no logarithm is taken of less. */
const epsilon = 1e-7;

const fitting: Readonly<Record<LossName, readonly string[] | undefined>> = {
  softmax: ['softmax', 'linear'],
  binary: ['sigmoid', 'linear'],
  'squared-error': undefined, // any
};

type Measure = (tf: Tfjs, outputs: Tensor, batch: ModelBatch) => LossAndCounts;

/** Makes the loss `name` on outputs of a layer that ends in `activation`; linear ones are logits. Throws LAYERS_UNSUPPORTED. */
export function layersLoss(path: string, name: LossName, activation: string): Measure {
  const wanted = fitting[name];
  if (wanted && !wanted.includes(activation)) {
    const message = `${path} ends in the activation ${activation}; the loss ${name} takes ${wanted.join(' or ')}.`;
    throw new ConfigError('LAYERS_UNSUPPORTED', message);
  }
  return (tf, outputs, batch) => {
    requireShape(path, outputs, batch, name);
    const { targets, targetMask } = batch;
    const add = (losses: Tensor): Tensor => tf.sum(tf.mul(losses, targetMask));
    if (name === 'squared-error') return { loss: add(tf.sum(tf.square(tf.sub(outputs, targets)), -1)) };
    if (name === 'binary') return { loss: add(binaryLosses(tf, outputs, targets, activation)) };
    const width = outputs.shape.at(-1)!;
    const logs = activation === 'softmax' ? tf.log(tf.clipByValue(outputs, epsilon, 1)) : tf.logSoftmax(outputs);
    const losses = tf.neg(tf.sum(tf.mul(logs, tf.oneHot(targets, width)), -1));
    const isRight = tf.cast(tf.equal(tf.argMax(outputs, -1), targets), 'float32');
    return { loss: add(losses), correct: tf.sum(tf.mul(isRight, targetMask)) };
  };
}

function binaryLosses(tf: Tfjs, outputs: Tensor, targets: Tensor, activation: string): Tensor {
  if (activation === 'linear') {
    const width = outputs.shape.at(-1)!;
    const { losses } = binaryCrossEntropy(tf, tf.reshape(outputs, [-1, width]), tf.reshape(targets, [-1, width]));
    return tf.reshape(losses, outputs.shape.slice(0, -1));
  }
  const p = tf.clipByValue(outputs, epsilon, 1 - epsilon);
  const [on, off] = [tf.mul(targets, tf.log(p)), tf.mul(tf.sub(1, targets), tf.log(tf.sub(1, p)))];
  return tf.neg(tf.sum(tf.add(on, off), -1));
}

function requireShape(path: string, outputs: Tensor, { targets, targetMask }: ModelBatch, name: LossName): void {
  const isClasses = name === 'softmax';
  const wanted = isClasses ? [...targetMask.shape, outputs.shape.at(-1)] : targets.shape;
  if (outputs.shape.join() === wanted.join()) return;
  const places = isClasses ? [...targetMask.shape, 'classes'] : targets.shape;
  const message = `${path} returns [${outputs.shape.join(', ')}]; the data wants [${places.join(', ')}]: rows, then steps where targets are per step (returnSequences), then values.`;
  throw new ConfigError('MODEL_OUTPUT', message);
}
