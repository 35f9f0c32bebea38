// The last valid state of each row: padding leaves a state as it is.
export function runOverSteps(tf, cell, { inputs, mask }, units) {
  const [rows] = mask.shape;
  const masks = tf.unstack(tf.expandDims(mask, 2), 1); // a [rows, 1] for each step
  return tf
    .unstack(inputs, 1)
    .reduce((h, x, step) => tf.add(h, tf.mul(masks[step], tf.sub(cell(x, h), h))), tf.zeros([rows, units]));
}
