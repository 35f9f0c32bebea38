// Stock tfjs as its users write it: tf.layers.lstm, automatic differentiation, clipping by the global norm, Adam; run eagerly.
import { loadBackend } from '../backend/load-backend.js';
import type { Backend } from '../backend/backend.js';
import type { StepShape } from './step-shape.js';
import type { StockRequest } from './time-stock.js';
import { numWorkers } from './time-bridle.js';

process.once('message', (request: StockRequest) => void answer(request));

async function answer({ shape, backend, steps }: StockRequest): Promise<void> {
  const { tf } = await loadBackend(backend, { threads: numWorkers });
  const step = stockStep(tf, shape);
  step(); // makes the optimizer's slots
  const start = performance.now();
  for (let i = 0; i < steps; i++) step();
  process.send?.((performance.now() - start) / steps, () => process.disconnect());
}

function stockStep(tf: Backend['tf'], { length, globalBatch, inputSize, hiddenSize, layers }: StepShape): () => void {
  const model = tf.sequential();
  for (let layer = 0; layer < layers; layer++) {
    model.add(
      tf.layers.lstm({
        units: hiddenSize,
        recurrentActivation: 'sigmoid',
        recurrentInitializer: 'glorotNormal', // the default takes minutes at 512 units
        returnSequences: layer < layers - 1,
        ...(layer === 0 && { inputShape: [length, inputSize] }),
      }),
    );
  }
  model.add(tf.layers.dense({ units: 1 }));
  const optimizer = tf.train.adam(1e-3);
  const inputs = tf.randomNormal([globalBatch, length, inputSize]);
  const targets = tf.randomNormal([globalBatch, 1]);
  const loss = () => {
    const outputs = model.apply(inputs, { training: true }) as typeof targets;
    return tf.mean(tf.square(tf.sub(outputs, targets))).asScalar();
  };
  return () =>
    tf.tidy(() => {
      const { value, grads } = tf.variableGrads(loss);
      const norm = tf.sqrt(tf.addN(Object.values(grads).map((grad) => tf.sum(tf.square(grad)))));
      const coefficient = tf.minimum(1, tf.div(1, norm));
      optimizer.applyGradients(
        Object.entries(grads).map(([name, grad]) => ({ name, tensor: tf.mul(grad, coefficient) })),
      );
      value.dataSync();
    });
}
