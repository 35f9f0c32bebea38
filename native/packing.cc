// Parameters into the order in which products read them: once a step.
#include "flush_subnormals.h"
#include "network.h"
#include <cstring>

namespace bridle {

void Network::setParams(const float* params) {
  FlushSubnormals flush;
  if (shape_.embedding > 0) {
    const size_t size = size_t(shape_.inputs) * shape_.embedding;
    memcpy(embedding.reserve(size), params, size * sizeof(float));
  }
  for (int run = 0; run < shape_.runs(); run++) packRun(run, params);
  packHead(params);
  isReady_ = true;
}

void Network::packRun(int run, const float* params) {
  const int layer = run / shape_.directions;
  const int gates = shape_.gates(), hidden = shape_.hidden, inputs = shape_.inputsOf(layer);
  const RunOffsets& at = offsets[run];
  RunWeights& packed = weights[run];
  const bool isLookedUp = shape_.isLookedUp(layer);
  const int inner = (isLookedUp ? 0 : inputs) + hidden;
  const size_t panel = size_t(inner) * kernels.tileColumns;

  float* forward = packed.forward.reserve(size_t(hiddenStride) * gates * inner);
  for (int gate = 0; gate < gates; gate++) {
    const size_t first = size_t(gate) * hidden;
    float* part = forward + gate * panel;
    if (!isLookedUp) {
      kernels.packColumns(part, gates * panel, params + at.inputWeight + first * inputs, inputs, hidden, inputs);
      part += size_t(inputs) * kernels.tileColumns;
    }
    kernels.packColumns(part, gates * panel, params + at.hiddenWeight + first * hidden, hidden, hidden, hidden);
  }
  const float* bias = packBias(run, params);
  kernels.packRows(packed.backward.reserve(size_t(hiddenStride) * gates * hidden), params + at.hiddenWeight,
                   gates * hidden, hidden, hidden);
  if (layer > 0 || shape_.embedding > 0) {
    kernels.packRows(packed.toInputs.reserve(size_t(padded(inputs)) * gates * hidden), params + at.inputWeight,
                     gates * hidden, inputs, inputs);
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

/** b_ih + b_hh of each gate; of a GRU's candidate b_ih as block 2 and b_hh as block 3. */
const float* Network::packBias(int run, const float* params) {
  const int hidden = shape_.hidden;
  const float* ofInput = params + offsets[run].inputBias;
  const float* ofHidden = params + offsets[run].hiddenBias;
  float* bias = weights[run].bias.zeros(size_t(shape_.blocks()) * hiddenStride);
  const int sums = shape_.cell == Cell::gru ? 2 : shape_.gates();
  for (int gate = 0; gate < sums; gate++) {
    for (int i = 0; i < hidden; i++) {
      bias[gate * hiddenStride + i] = ofInput[gate * hidden + i] + ofHidden[gate * hidden + i];
    }
  }
  if (shape_.cell == Cell::gru) {
    memcpy(bias + 2 * hiddenStride, ofInput + 2 * hidden, size_t(hidden) * sizeof(float));
    memcpy(bias + 3 * hiddenStride, ofHidden + 2 * hidden, size_t(hidden) * sizeof(float));
  }
  return bias;
}

void Network::packHead(const float* params) {
  const int width = shape_.width(), outputs = shape_.outputs;
  const size_t stride = size_t(padded(outputs));
  kernels.packColumns(headForward.reserve(stride * width), size_t(width) * kernels.tileColumns, params + headWeight, width,
                      outputs, width);
  kernels.packRows(headBackward.reserve(size_t(widthStride) * outputs), params + headWeight, outputs, width, width);
  memcpy(headStart.zeros(stride), params + headBias, size_t(outputs) * sizeof(float));
}

} // namespace bridle
