// The models of docs/protocol.md for foreign-worker.mjs: one example at a time, in float64, nothing of bridle.

const gatesOf = ({ cell }) => (cell === 'lstm' ? 4 : 1);

/** Views of a flat vector: layers and head. */
function viewsOf(model, flat) {
  let at = 0;
  const take = (size) => flat.subarray(at, (at += size));
  const { layers, inputSize, hiddenSize: H, outputSize } = model;
  const rows = gatesOf(model) * H;
  const views = Array.from({ length: layers }, (_, layer) => {
    const width = layer === 0 ? inputSize : H;
    return {
      width,
      input: take(rows * width),
      recurrent: take(rows * H),
      biasInput: take(rows),
      biasRecurrent: take(rows),
    };
  });
  return { layers: views, head: { weight: take(outputSize * H), bias: take(outputSize) }, size: at };
}

/** out += M x; an id is a one-hot x. */
function addProduct(out, matrix, width, x) {
  for (let row = 0; row < out.length; row += 1) {
    if (typeof x === 'number') out[row] += matrix[row * width + x];
    else for (let i = 0; i < width; i += 1) out[row] += matrix[row * width + i] * x[i];
  }
}
/** out += M^T y. */
function addTransposed(out, matrix, y) {
  for (let row = 0; row < y.length; row += 1)
    for (let i = 0; i < out.length; i += 1) out[i] += matrix[row * out.length + i] * y[row];
}
/** grad += y x^T. */
function addOuter(grad, width, y, x) {
  for (let row = 0; row < y.length; row += 1) {
    if (typeof x === 'number') grad[row * width + x] += y[row];
    else for (let i = 0; i < width; i += 1) grad[row * width + i] += y[row] * x[i];
  }
}
const sigmoid = (z) => 1 / (1 + Math.exp(-z));

function runLayer(model, layer, xs) {
  const H = model.hiddenSize;
  let [h, c] = [new Float64Array(H), new Float64Array(H)];
  return xs.map((x) => {
    const z = Float64Array.from(layer.biasInput, (bias, i) => bias + layer.biasRecurrent[i]);
    addProduct(z, layer.input, layer.width, x);
    addProduct(z, layer.recurrent, H, h);
    const step = { x, before: h, cBefore: c };
    if (model.cell === 'rnn') return { ...step, h: (h = z.map(Math.tanh)) };
    const [i, f, g, o] = [0, 1, 2, 3].map((gate) =>
      z.subarray(gate * H, (gate + 1) * H).map(gate === 2 ? Math.tanh : sigmoid),
    );
    c = c.map((old, k) => f[k] * old + i[k] * g[k]);
    h = c.map((value, k) => o[k] * Math.tanh(value));
    return { ...step, i, f, g, o, c, h };
  });
}

/** Adds a layer's gradients to `grad`; `dhs[t]` is what reaches h from above. Returns what reaches the inputs. */
function backLayer(model, layer, grad, trace, dhs) {
  const H = model.hiddenSize;
  let dh = new Float64Array(H);
  const dc = new Float64Array(H);
  const dxs = [];
  for (let t = trace.length - 1; t >= 0; t -= 1) {
    const { x, before, cBefore, h, i, f, g, o, c } = trace[t];
    const dz = new Float64Array(gatesOf(model) * H);
    for (let k = 0; k < H; k += 1) {
      const d = dh[k] + dhs[t][k];
      if (model.cell === 'rnn') {
        dz[k] = d * (1 - h[k] * h[k]);
        continue;
      }
      const tanhC = Math.tanh(c[k]);
      const dck = dc[k] + d * o[k] * (1 - tanhC * tanhC);
      dz[k] = dck * g[k] * i[k] * (1 - i[k]);
      dz[H + k] = dck * cBefore[k] * f[k] * (1 - f[k]);
      dz[2 * H + k] = dck * i[k] * (1 - g[k] * g[k]);
      dz[3 * H + k] = d * tanhC * o[k] * (1 - o[k]);
      dc[k] = dck * f[k];
    }
    addOuter(grad.input, layer.width, dz, x);
    addOuter(grad.recurrent, H, dz, before);
    dz.forEach((value, row) => {
      grad.biasInput[row] += value;
      grad.biasRecurrent[row] += value;
    });
    dh = new Float64Array(H);
    addTransposed(dh, layer.recurrent, dz);
    const dx = new Float64Array(typeof x === 'number' ? 0 : layer.width);
    if (dx.length > 0) addTransposed(dx, layer.input, dz);
    dxs.unshift(dx);
  }
  return dxs;
}

/** Loss of one output, whether it is right, and the loss's gradient. */
function lossOf(model, y, target) {
  if (model.loss === 'squared-error') {
    const difference = y.map((value, i) => value - target[i]);
    return { loss: difference.reduce((sum, d) => sum + d * d, 0), correct: 0, dy: difference.map((d) => 2 * d) };
  }
  const largest = Math.max(...y);
  const total = y.reduce((sum, value) => sum + Math.exp(value - largest), 0);
  const dy = y.map((value, i) => Math.exp(value - largest) / total - (i === target ? 1 : 0));
  return { loss: Math.log(total) - (y[target] - largest), correct: y.indexOf(largest) === target ? 1 : 0, dy };
}

/** Sums of one shard: loss, count, correct, and with `grad` (flat, float64) the gradient. */
export function runShard(spec, params, examples, grad) {
  const { model } = spec;
  const weights = viewsOf(model, params);
  const grads = grad && viewsOf(model, grad);
  const sums = { loss: 0, count: 0, correct: 0 };
  for (const { inputs, targets } of examples) {
    const traces = [];
    for (const layer of weights.layers) traces.push(runLayer(model, layer, traces.at(-1)?.map(({ h }) => h) ?? inputs));
    const top = traces.at(-1);
    const dhs = top.map(() => new Float64Array(model.hiddenSize));
    targets.forEach((target, place) => {
      const t = model.targetsPer === 'step' ? place : top.length - 1;
      const y = Float64Array.from(weights.head.bias);
      addProduct(y, weights.head.weight, model.hiddenSize, top[t].h);
      const { loss, correct, dy } = lossOf(model, y, target);
      sums.loss += loss;
      sums.count += 1;
      sums.correct += correct;
      if (!grads) return;
      addOuter(grads.head.weight, model.hiddenSize, dy, top[t].h);
      dy.forEach((value, i) => (grads.head.bias[i] += value));
      addTransposed(dhs[t], weights.head.weight, dy);
    });
    if (!grads) continue;
    let fromAbove = dhs;
    for (let l = weights.layers.length - 1; l >= 0; l -= 1)
      fromAbove = backLayer(model, weights.layers[l], grads.layers[l], traces[l], fromAbove);
  }
  return sums;
}
