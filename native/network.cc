// One run of a network: rows dealt to threads, layers forward, head and losses, layers back.
#include "network.h"
#include "failure.h"
#include "flush_subnormals.h"
#include <algorithm>
#include <cstring>

namespace bridle {

Network::Network(const Shape& shape, const Kernels& kernels, int threads)
    : shape_(shape), kernels(kernels), hiddenStride(padded(shape.hidden)), team(threads), weights(shape.layers),
      traces(threads), desks(threads) {
  const size_t sums = size_t(shape.gates()) * shape.hidden;
  size_t offset = 0;
  for (int layer = 0; layer < shape.layers; layer++) {
    const size_t hiddenWeight = offset + sums * shape.inputsOf(layer);
    const size_t inputBias = hiddenWeight + sums * shape.hidden;
    offsets.push_back({offset, hiddenWeight, inputBias, inputBias + sums});
    offset = inputBias + 2 * sums;
  }
  headWeight = offset;
  headBias = offset + size_t(shape.outputs) * shape.hidden;
  zeros.zeros(size_t(std::max(hiddenStride, padded(shape.outputs))));
}

void Network::setParams(const float* params) {
  FlushSubnormals flush;
  for (int layer = 0; layer < shape_.layers; layer++) packLayer(layer, params);
  packHead(params);
  isReady_ = true;
}

void Network::packLayer(int layer, const float* params) {
  const int gates = shape_.gates(), hidden = shape_.hidden, inputs = shape_.inputsOf(layer);
  const LayerOffsets& at = offsets[layer];
  LayerWeights& packed = weights[layer];
  const bool isLookedUp = layer == 0 && shape_.hasIds;
  const int inner = (isLookedUp ? 0 : inputs) + hidden;
  const size_t panel = size_t(inner) * kernels.tileColumns;

  float* forward = packed.forward.reserve(size_t(hiddenStride) * gates * inner);
  float* bias = packed.bias.zeros(size_t(gates) * hiddenStride);
  for (int gate = 0; gate < gates; gate++) {
    const size_t first = size_t(gate) * hidden;
    float* part = forward + gate * panel;
    if (!isLookedUp) {
      kernels.packColumns(part, gates * panel, params + at.inputWeight + first * inputs, inputs, hidden, inputs);
      part += size_t(inputs) * kernels.tileColumns;
    }
    kernels.packColumns(part, gates * panel, params + at.hiddenWeight + first * hidden, hidden, hidden, hidden);
    for (int i = 0; i < hidden; i++) {
      bias[gate * hiddenStride + i] = params[at.inputBias + first + i] + params[at.hiddenBias + first + i];
    }
  }
  kernels.packRows(packed.backward.reserve(size_t(hiddenStride) * gates * hidden), params + at.hiddenWeight,
                   gates * hidden, hidden, hidden);
  if (layer > 0) {
    kernels.packRows(packed.toInputs.reserve(size_t(hiddenStride) * gates * hidden), params + at.inputWeight,
                     gates * hidden, hidden, hidden);
  }
  if (!isLookedUp) return;
  const size_t row = size_t(gates) * hiddenStride;
  float* starts = packed.starts.zeros(row * inputs);
  for (int gate = 0; gate < gates; gate++) {
    for (int i = 0; i < hidden; i++) {
      const size_t to = size_t(gate) * hiddenStride + i;
      const float* from = params + at.inputWeight + (size_t(gate) * hidden + i) * inputs;
      for (int id = 0; id < inputs; id++) starts[id * row + to] = bias[to] + from[id];
    }
  }
}

void Network::packHead(const float* params) {
  const int hidden = shape_.hidden, outputs = shape_.outputs;
  const size_t stride = size_t(padded(outputs));
  kernels.packColumns(headForward.reserve(stride * hidden), size_t(hidden) * kernels.tileColumns, params + headWeight,
                      hidden, outputs, hidden);
  kernels.packRows(headBackward.reserve(size_t(hiddenStride) * outputs), params + headWeight, outputs, hidden, hidden);
  memcpy(headStart.zeros(stride), params + headBias, size_t(outputs) * sizeof(float));
}

void Network::run(const std::vector<Shard>& shards, const std::vector<float*>& grads, Result* results) {
  const bool hasGrads = !grads.empty();
  dealRows(shards);
  for (Trace& trace : traces) prepare(trace, shards, hasGrads);
  findPlaces(shards);
  team.share(int(traces.size()), [&](int piece, int) {
    FlushSubnormals flush;
    forward(traces[piece]);
    computeLosses(traces[piece], shards);
    if (hasGrads) backward(traces[piece]);
  });
  for (size_t shard = 0; shard < shards.size(); shard++) results[shard] = sumLosses(shard);
  if (!hasGrads) return;
  for (Desk& desk : desks) prepare(desk);
  const int parts = shape_.layers + 1;
  team.share(parts * int(shards.size()), [&](int piece, int member) {
    FlushSubnormals flush;
    const size_t shard = size_t(piece) / parts;
    const int layer = piece % parts;
    if (layer == shape_.layers) headGradient(shard, desks[member], grads[shard]);
    else layerGradient(shard, layer, desks[member], grads[shard]);
  });
}

/** Rows of all shards, the longest first, in turn to the members of the team. */
void Network::dealRows(const std::vector<Shard>& shards) {
  std::vector<TraceRow> rows;
  for (size_t shard = 0; shard < shards.size(); shard++) {
    for (int row = 0; row < shards[shard].rows; row++) {
      if (shards[shard].lengths[row] > 0) rows.push_back({int(shard), row, shards[shard].lengths[row]});
    }
  }
  std::stable_sort(rows.begin(), rows.end(), [](const TraceRow& a, const TraceRow& b) { return a.length > b.length; });
  for (Trace& trace : traces) trace.rows.clear();
  for (size_t i = 0; i < rows.size(); i++) traces[i % traces.size()].rows.push_back(rows[i]);
}

/** Asks for all memory and checks all numbers, so that nothing can fail once threads are at work. */
void Network::prepare(Trace& trace, const std::vector<Shard>& shards, bool hasGrads) {
  trace.arrange();
  const size_t positions = size_t(trace.numPositions());
  const size_t gates = size_t(shape_.gates());
  trace.layers.resize(size_t(shape_.layers));
  for (LayerTrace& layer : trace.layers) {
    if (shape_.isLstm || hasGrads) layer.gates.reserve(positions * gates * hiddenStride);
    layer.output.reserve(positions * hiddenStride);
    if (!shape_.isLstm) continue;
    layer.cell.reserve(positions * hiddenStride);
    layer.cellTanh.reserve(positions * hiddenStride);
  }
  trace.tile.reserve(trace.rows.size() * gates * kernels.tileColumns);
  trace.gatherInputs(shape_, shards);
  readTargets(trace, shards);
  trace.outputs.reserve(size_t(trace.numTargets) * padded(shape_.outputs));
  if (!shape_.isPerStep) trace.read.reserve(size_t(trace.numTargets) * hiddenStride);
  if (!hasGrads) return;
  trace.outputGrad.reserve(positions * hiddenStride);
  trace.nextGrad.reserve(shape_.layers > 1 ? positions * hiddenStride : 1);
  trace.readGrad.reserve(shape_.isPerStep ? 1 : size_t(trace.numTargets) * hiddenStride);
  trace.cellGrad.reserve(trace.rows.size() * hiddenStride);
}

/** The index of a row's target at a step in its shard's targets. */
int Network::targetAt(const TraceRow& row, const Shard& shard, int step) const {
  return shape_.isPerStep ? step * shard.rows + row.row : row.row;
}

void Network::readTargets(Trace& trace, const std::vector<Shard>& shards) {
  trace.numTargets = shape_.isPerStep ? trace.numPositions() : int(trace.rows.size());
  trace.losses.reserve(size_t(trace.numTargets));
  trace.isCorrect.zeros(size_t(trace.numTargets));
  if (!shape_.isSoftmax) return;
  int32_t* classes = trace.classes.reserve(size_t(trace.numTargets));
  for (int t = 0; t + 1 < int(trace.offsets.size()); t++) {
    for (int i = 0; i < trace.offsets[t + 1] - trace.offsets[t]; i++) {
      const TraceRow& row = trace.rows[i];
      if (!shape_.isPerStep && row.length != t + 1) continue;
      const int32_t target = shards[row.shard].classes[targetAt(row, shards[row.shard], t)];
      if (target < 0 || target >= shape_.outputs) refuseBatch("class", target, shape_.outputs);
      classes[shape_.isPerStep ? trace.offsets[t] + i : i] = target;
    }
  }
}

Layer Network::layerOf(Trace& trace, int index) const {
  const LayerWeights& packed = weights[index];
  LayerTrace& values = trace.layers[index];
  const bool isLookedUp = index == 0 && shape_.hasIds;
  Layer layer{};
  layer.steps = trace.steps();
  layer.hidden = shape_.hidden;
  layer.hiddenStride = hiddenStride;
  layer.inputs = isLookedUp ? 0 : shape_.inputsOf(index);
  layer.inputStride = index == 0 ? shape_.inputs : hiddenStride;
  layer.input = index == 0 ? trace.inputs.get() : trace.layers[index - 1].output.get();
  layer.forwardWeights = packed.forward.get();
  layer.backwardWeights = packed.backward.get();
  layer.bias = packed.bias.get();
  layer.starts = packed.starts.get();
  layer.ids = trace.ids.get();
  layer.gates = values.gates.get();
  layer.output = values.output.get();
  layer.cell = values.cell.get();
  layer.cellTanh = values.cellTanh.get();
  layer.outputGrad = trace.outputGrad.get();
  layer.cellGrad = trace.cellGrad.get();
  layer.tile = trace.tile.get();
  return layer;
}

void Network::forward(Trace& trace) const {
  if (trace.rows.empty()) return;
  for (int layer = 0; layer < shape_.layers; layer++) {
    (shape_.isLstm ? kernels.lstmForward : kernels.tanhForward)(layerOf(trace, layer));
  }
  const float* top = trace.layers.back().output.get();
  const float* read = top;
  if (!shape_.isPerStep) {
    float* rows = trace.read.get();
    for (size_t i = 0; i < trace.rows.size(); i++) {
      const size_t position = size_t(trace.offsets[trace.rows[i].length - 1]) + i;
      memcpy(rows + i * hiddenStride, top + position * hiddenStride, size_t(hiddenStride) * sizeof(float));
    }
    read = rows;
  }
  kernels.multiply({trace.numTargets, shape_.outputs, read, size_t(hiddenStride), 1, shape_.hidden, 0, headForward.get(),
                    headStart.get(), trace.outputs.get(), size_t(padded(shape_.outputs))});
}

void Network::computeLosses(Trace& trace, const std::vector<Shard>& shards) const {
  if (!shape_.isSoftmax) return squaredErrors(trace, shards);
  kernels.softmax({trace.numTargets, shape_.outputs, size_t(padded(shape_.outputs)), trace.outputs.get(),
                   trace.classes.get(), trace.losses.get(), trace.isCorrect.get()});
}

/** The sum over outputs of (output - value)^2, and its gradient in place of the outputs. */
void Network::squaredErrors(Trace& trace, const std::vector<Shard>& shards) const {
  const size_t stride = size_t(padded(shape_.outputs));
  for (int t = 0; t + 1 < int(trace.offsets.size()); t++) {
    for (int i = 0; i < trace.offsets[t + 1] - trace.offsets[t]; i++) {
      const TraceRow& row = trace.rows[i];
      if (!shape_.isPerStep && row.length != t + 1) continue;
      const Shard& shard = shards[row.shard];
      const int target = shape_.isPerStep ? trace.offsets[t] + i : i;
      const float* values = shard.values + size_t(targetAt(row, shard, t)) * shape_.outputs;
      float* outputs = trace.outputs.get() + target * stride;
      double loss = 0;
      for (int output = 0; output < shape_.outputs; output++) {
        const float difference = outputs[output] - values[output];
        loss += double(difference) * double(difference);
        outputs[output] = 2 * difference;
      }
      trace.losses.get()[target] = loss;
    }
  }
}

void Network::backward(Trace& trace) const {
  if (trace.rows.empty()) return;
  backwardHead(trace);
  for (int index = shape_.layers - 1; index >= 0; index--) {
    const Layer layer = layerOf(trace, index);
    (shape_.isLstm ? kernels.lstmBackward : kernels.tanhBackward)(layer);
    if (index == 0) return;
    kernels.multiply({trace.numPositions(), shape_.hidden, layer.gates, size_t(shape_.gates()) * hiddenStride,
                      shape_.gates(), shape_.hidden, size_t(hiddenStride), weights[index].toInputs.get(), zeros.get(),
                      trace.nextGrad.get(), size_t(hiddenStride)});
    trace.outputGrad.swap(trace.nextGrad);
  }
}

/** dL/dh of the top layer: exactly 0 where no target reads it. */
void Network::backwardHead(Trace& trace) const {
  float* grad = trace.outputGrad.get();
  float* result = shape_.isPerStep ? grad : trace.readGrad.get();
  kernels.multiply({trace.numTargets, shape_.hidden, trace.outputs.get(), size_t(padded(shape_.outputs)), 1,
                    shape_.outputs, 0, headBackward.get(), zeros.get(), result, size_t(hiddenStride)});
  if (shape_.isPerStep) return;
  const size_t bytes = size_t(hiddenStride) * sizeof(float);
  memset(grad, 0, size_t(trace.numPositions()) * bytes);
  for (size_t i = 0; i < trace.rows.size(); i++) {
    const size_t position = size_t(trace.offsets[trace.rows[i].length - 1]) + i;
    memcpy(grad + position * hiddenStride, result + i * hiddenStride, bytes);
  }
}

} // namespace bridle
