// The shape of a network, a shard of a batch, and what a shard gives back.
#pragma once
#include <cstddef>
#include <cstdint>

namespace bridle {

struct Shape {
  bool isLstm;
  int layers;
  bool hasIds;
  int inputs; // features, or the vocabulary's size
  int hidden;
  int outputs;
  bool isSoftmax;
  bool isPerStep;

  int gates() const { return isLstm ? 4 : 1; }
  int inputsOf(int layer) const { return layer == 0 ? inputs : hidden; }
  size_t numParams() const {
    size_t sum = size_t(outputs) * hidden + outputs;
    for (int layer = 0; layer < layers; layer++) sum += size_t(gates()) * hidden * (size_t(inputsOf(layer)) + hidden + 2);
    return sum;
  }
};

/** Time-major, as src/data/shard-batch.ts has it; sizes are checked before they come here. */
struct Shard {
  int rows;
  int steps;
  const int32_t* lengths; // [rows]
  const float* inputs; // dense [steps, rows, features]
  const int32_t* ids; // [steps, rows]
  const int32_t* classes; // per sequence [rows], per step [steps, rows]
  const float* values; // [..., outputs]
};

struct Result {
  double loss;
  double count;
  double correct;
};

} // namespace bridle
