// Losses of a trace's targets, and in place of the outputs their gradients.
#include "failure.h"
#include "network.h"
#include <cstring>

namespace bridle {

/** The index of a row's target at a step in its shard's targets. */
int Network::targetAt(const TraceRow& row, const Shard& shard, int step) const {
  return shape_.isPerStep ? step * shard.rows + row.row : row.row;
}

/** Calls `visit(target, row, step)` for each target of a trace. */
template <typename Visit>
void Network::forEachTarget(const Trace& trace, Visit visit) const {
  for (int t = 0; t + 1 < int(trace.offsets.size()); t++) {
    for (int i = 0; i < trace.offsets[t + 1] - trace.offsets[t]; i++) {
      if (!shape_.isPerStep && trace.rows[i].length != t + 1) continue;
      visit(shape_.isPerStep ? trace.offsets[t] + i : i, trace.rows[i], t);
    }
  }
}

void Network::readTargets(Trace& trace, const std::vector<Shard>& shards) {
  trace.numTargets = shape_.isPerStep ? trace.numPositions() : int(trace.rows.size());
  trace.losses.reserve(size_t(trace.numTargets));
  trace.isCorrect.zeros(size_t(trace.numTargets));
  if (shape_.loss != Loss::softmax || shards.empty() || !shards.front().classes) return; // a prediction has none
  int32_t* classes = trace.classes.reserve(size_t(trace.numTargets));
  forEachTarget(trace, [&](int target, const TraceRow& row, int step) {
    const int32_t wanted = shards[row.shard].classes[targetAt(row, shards[row.shard], step)];
    if (wanted < 0 || wanted >= shape_.outputs) refuseBatch("class", wanted, shape_.outputs);
    classes[target] = wanted;
  });
}

void Network::computeLosses(Trace& trace, const std::vector<Shard>& shards) const {
  const size_t stride = size_t(padded(shape_.outputs));
  if (shape_.loss == Loss::softmax) {
    kernels.softmax({trace.numTargets, shape_.outputs, stride, trace.outputs.get(), trace.classes.get(),
                     trace.losses.get(), trace.isCorrect.get()});
    return;
  }
  forEachTarget(trace, [&](int target, const TraceRow& row, int step) {
    const Shard& shard = shards[row.shard];
    const float* values = shard.values + size_t(targetAt(row, shard, step)) * shape_.outputs;
    float* outputs = trace.outputs.get() + target * stride;
    trace.losses.get()[target] = shape_.loss == Loss::binary ? kernels.binaryLoss(outputs, values, shape_.outputs)
                                                             : squaredError(outputs, values);
  });
}

/** Copies a trace's outputs to where its targets lie. */
void Network::writeOutputs(const Trace& trace, const std::vector<Shard>& shards, float* outputs) const {
  const size_t stride = size_t(padded(shape_.outputs)), size = size_t(shape_.outputs);
  forEachTarget(trace, [&](int target, const TraceRow& row, int step) {
    float* to = outputs + size_t(targetAt(row, shards[row.shard], step)) * size;
    memcpy(to, trace.outputs.get() + size_t(target) * stride, size * sizeof(float));
  });
}

/** The sum over outputs of (output - value)^2, and its gradient in place of the outputs. */
double Network::squaredError(float* outputs, const float* values) const {
  double loss = 0;
  for (int output = 0; output < shape_.outputs; output++) {
    const float difference = outputs[output] - values[output];
    loss += double(difference) * double(difference);
    outputs[output] = 2 * difference;
  }
  return loss;
}

} // namespace bridle
