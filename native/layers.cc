// The stack of layers forward and back: each direction is a recurrence of its own, in its own order of steps; what they give is
// joined in the order of time (Schuster and Paliwal 1997).
#include "network.h"
#include <cstring>

namespace bridle {

Layer Network::layerOf(Trace& trace, int index, int direction) const {
  const int run = index * shape_.directions + direction;
  const RunWeights& packed = weights[run];
  RunTrace& values = trace.runs[run];
  const Inputs inputs = inputsOf(trace, index, direction);
  Layer layer{};
  layer.steps = trace.steps();
  layer.hidden = shape_.hidden;
  layer.hiddenStride = hiddenStride;
  layer.inputs = shape_.isLookedUp(index) ? 0 : shape_.inputsOf(index);
  layer.inputStride = inputs.stride;
  layer.input = inputs.values;
  layer.forwardWeights = packed.forward.get();
  layer.backwardWeights = packed.backward.get();
  layer.bias = packed.bias.get();
  layer.starts = packed.starts.get();
  layer.ids = (direction == 0 ? trace.ids : trace.reversedIds).get();
  layer.gates = values.gates.get();
  layer.output = values.output.get();
  layer.cell = values.cell.get();
  layer.cellTanh = values.cellTanh.get();
  layer.initialOutput = trace.isCarried ? values.initialOutput.get() : nullptr;
  layer.initialCell = trace.isCarried ? values.initialCell.get() : nullptr;
  layer.outputGrad = (direction == 0 ? trace.outputGrad : trace.reverseOutputGrad).get();
  layer.cellGrad = trace.cellGrad.get();
  layer.tile = trace.tile.get();
  return layer;
}

/** What a direction reads at each position, in its own order; looked-up ids have none. */
Network::Inputs Network::inputsOf(const Trace& trace, int layer, int direction) const {
  if (layer == 0) {
    return {(direction == 0 ? trace.inputs : trace.reversedInputs).get(), shape_.isLookedUp(0) ? 0 : shape_.inputsOf(0)};
  }
  if (!isJoined(layer - 1)) return {trace.runs[layer - 1].output.get(), hiddenStride};
  const JoinedTrace& below = trace.joined[layer - 1];
  return {(direction == 0 ? below.values : below.reversed).get(), widthStride};
}

/** Whether what a layer gives is more than one direction's output as it stands. */
bool Network::isJoined(int layer) const {
  const bool isTop = layer + 1 == shape_.layers;
  return shape_.directions == 2 ? !isTop || shape_.isPerStep : !isTop && shape_.dropout > 0;
}

void Network::forward(Trace& trace) const {
  if (trace.rows.empty()) return;
  for (int layer = 0; layer < shape_.layers; layer++) {
    for (int direction = 0; direction < shape_.directions; direction++) {
      const Layer work = layerOf(trace, layer, direction);
      (shape_.cell == Cell::lstm   ? kernels.lstmForward
       : shape_.cell == Cell::gru  ? kernels.gruForward
       : shape_.cell == Cell::relu ? kernels.reluForward
                                   : kernels.tanhForward)(work);
    }
    if (isJoined(layer)) join(trace, layer);
  }
  kernels.multiply({trace.numTargets, shape_.outputs, readStates(trace), size_t(widthStride), 1, shape_.width(), 0,
                    headForward.get(), headStart.get(), trace.outputs.get(), size_t(padded(shape_.outputs))});
}

/** Lays the directions' outputs side by side in the order of time, leaves out what dropout says, and turns the whole around. */
void Network::join(Trace& trace, int layer) const {
  const size_t hidden = size_t(shape_.hidden), bytes = hidden * sizeof(float), stride = size_t(widthStride);
  const int first = layer * shape_.directions;
  JoinedTrace& joined = trace.joined[layer];
  const float* mask = trace.isMasked && layer + 1 < shape_.layers ? joined.mask.get() : nullptr;
  const bool isTurned = shape_.directions == 2 && layer + 1 < shape_.layers;
  trace.forEachTurned([&](size_t position, size_t turned) {
    float* values = joined.values.get() + position * stride;
    memcpy(values, trace.runs[first].output.get() + position * hiddenStride, bytes);
    if (shape_.directions == 2) {
      memcpy(values + hidden, trace.runs[first + 1].output.get() + turned * hiddenStride, bytes);
    }
    if (mask) multiplyInto(values, mask + position * stride, shape_.width());
    if (isTurned) memcpy(joined.reversed.get() + turned * stride, values, size_t(shape_.width()) * sizeof(float));
  });
}

void Network::multiplyInto(float* values, const float* factors, int count) {
  for (int i = 0; i < count; i++) values[i] *= factors[i];
}

/** What the head reads, `widthStride` apart: each step's outputs, or each row's last state of every direction. */
const float* Network::readStates(Trace& trace) const {
  const size_t hidden = size_t(shape_.hidden);
  const int first = (shape_.layers - 1) * shape_.directions;
  if (shape_.isPerStep) return (shape_.directions == 2 ? trace.joined.back().values : trace.runs[first].output).get();
  float* read = trace.read.get();
  for (size_t i = 0; i < trace.rows.size(); i++) {
    for (int direction = 0; direction < shape_.directions; direction++) {
      const float* output = trace.runs[first + direction].output.get() + trace.lastPosition(i) * hiddenStride;
      memcpy(read + i * widthStride + direction * hidden, output, hidden * sizeof(float));
    }
  }
  return read;
}

void Network::backward(Trace& trace) const {
  if (trace.rows.empty()) return;
  backwardHead(trace);
  for (int layer = shape_.layers - 1; layer >= 0; layer--) {
    for (int direction = 0; direction < shape_.directions; direction++) {
      const Layer work = layerOf(trace, layer, direction);
      (shape_.cell == Cell::lstm   ? kernels.lstmBackward
       : shape_.cell == Cell::gru  ? kernels.gruBackward
       : shape_.cell == Cell::relu ? kernels.reluBackward
                                   : kernels.tanhBackward)(work);
      if (layer == 0 && shape_.embedding == 0) continue;
      const int inputs = shape_.inputsOf(layer), stride = padded(inputs);
      Memory<float>& grad = direction == 0 ? trace.nextGrad : trace.reverseNextGrad;
      kernels.multiply({trace.numPositions(), inputs, work.gates, size_t(shape_.blocks()) * hiddenStride, shape_.gates(),
                        shape_.hidden, size_t(hiddenStride), weights[layer * shape_.directions + direction].toInputs.get(),
                        zeros.get(), grad.get(), size_t(stride)});
      if (direction == 1) addTurned(trace, inputs, stride);
    }
    if (layer > 0) splitGrad(trace, layer - 1);
  }
}

/** Adds what the reverse direction gives back to what the forward one does. */
void Network::addTurned(Trace& trace, int count, int stride) const {
  float* grad = trace.nextGrad.get();
  const float* reverse = trace.reverseNextGrad.get();
  trace.forEachTurned([&](size_t position, size_t turned) {
    for (int i = 0; i < count; i++) grad[position * stride + i] += reverse[turned * stride + i];
  });
}

/** The gradient of what a layer gives, from `nextGrad`, to each of its directions in its own order. */
void Network::splitGrad(Trace& trace, int layer) const {
  const float* mask = trace.isMasked ? trace.joined[layer].mask.get() : nullptr;
  if (mask && layer + 1 < shape_.layers) {
    float* grad = trace.nextGrad.get();
    for (int position = 0; position < trace.numPositions(); position++) {
      multiplyInto(grad + size_t(position) * widthStride, mask + size_t(position) * widthStride, shape_.width());
    }
  }
  if (shape_.directions == 1) {
    trace.outputGrad.swap(trace.nextGrad);
    return;
  }
  trace.forEachTurned([&](size_t position, size_t turned) {
    const float* grad = trace.nextGrad.get() + position * widthStride;
    copyPadded(trace.outputGrad.get() + position * hiddenStride, grad);
    copyPadded(trace.reverseOutputGrad.get() + turned * hiddenStride, grad + shape_.hidden);
  });
}

/** One direction's gradient at a position, zeros behind it. */
void Network::copyPadded(float* to, const float* from) const {
  memcpy(to, from, size_t(shape_.hidden) * sizeof(float));
  memset(to + shape_.hidden, 0, size_t(hiddenStride - shape_.hidden) * sizeof(float));
}

/** dL/dh of the top layer's directions: exactly 0 where no target reads it. */
void Network::backwardHead(Trace& trace) const {
  Memory<float>& result = !shape_.isPerStep ? trace.readGrad : shape_.directions == 2 ? trace.nextGrad : trace.outputGrad;
  kernels.multiply({trace.numTargets, shape_.width(), trace.outputs.get(), size_t(padded(shape_.outputs)), 1,
                    shape_.outputs, 0, headBackward.get(), zeros.get(), result.get(), size_t(widthStride)});
  if (shape_.isPerStep) {
    if (shape_.directions == 2) splitGrad(trace, shape_.layers - 1);
    return;
  }
  for (int direction = 0; direction < shape_.directions; direction++) {
    float* grad = (direction == 0 ? trace.outputGrad : trace.reverseOutputGrad).get();
    memset(grad, 0, size_t(trace.numPositions()) * hiddenStride * sizeof(float));
    for (size_t i = 0; i < trace.rows.size(); i++) {
      const float* from = result.get() + i * widthStride + size_t(direction) * shape_.hidden;
      copyPadded(grad + trace.lastPosition(i) * hiddenStride, from);
    }
  }
}

} // namespace bridle
