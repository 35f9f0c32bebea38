// A minimal gated unit (Zhou and others 2016) with a dense head: a recurrent network in a page of code.
import { defineModel } from 'bridle/model';
import { runOverSteps } from './run-over-steps.mjs';

const units = 16;

export default defineModel({
  params: ({ inputs, targets }) => ({
    forgetInput: { shape: [inputs.features, units] },
    forgetState: { shape: [units, units], initializer: 'orthogonal', group: 'recurrent' },
    forgetBias: { shape: [units], initializer: 1 },
    input: { shape: [inputs.features, units] },
    state: { shape: [units, units], initializer: 'orthogonal', group: 'recurrent' },
    bias: { shape: [units] },
    head: { shape: [units, targets.size], group: 'output' },
    headBias: { shape: [targets.size] },
  }),

  lossAndCounts({ tf, params, batch, random }) {
    const cell = (x, h) => {
      const forget = tf.sigmoid(
        tf.add(tf.add(tf.matMul(x, params.forgetInput), tf.matMul(h, params.forgetState)), params.forgetBias),
      );
      const kept = tf.mul(forget, h);
      const candidate = tf.tanh(tf.add(tf.add(tf.matMul(x, params.input), tf.matMul(kept, params.state)), params.bias));
      return tf.add(h, tf.mul(forget, tf.sub(candidate, h)));
    };
    const last = runOverSteps(tf, cell, batch, units);
    const dropped = tf.mul(last, random.keep(0.1, [units]));
    const outputs = tf.add(tf.matMul(dropped, params.head), params.headBias); // [rows, size]
    const losses = tf.sum(tf.square(tf.sub(outputs, batch.targets)), 1); // [rows]
    return { loss: tf.sum(tf.mul(losses, batch.targetMask)) };
  },
});
