// The shape of a network, a shard of a batch, and what a shard gives back.
#pragma once
#include <cstddef>
#include <cstdint>

namespace bridle {

/** The numbers are those of src/native/native-network.ts. */
enum class Cell { tanh = 0, lstm = 1, gru = 2, relu = 3 };
enum class Loss { softmax = 0, squaredError = 1, binary = 2 };

struct Shape {
  Cell cell;
  int layers;
  bool hasIds;
  int inputs; // features, or the vocabulary's size
  int embedding; // values that stand for an id; 0: its one-hot vector does
  int hidden;
  int directions; // 1, or 2: each layer runs both ways
  int outputs;
  Loss loss;
  bool isPerStep;
  double dropout; // from 0 to below 1

  /** Blocks of `hidden` rows in the weights. */
  int gates() const { return cell == Cell::lstm ? 4 : cell == Cell::gru ? 3 : 1; }
  /** Blocks of `hidden` values that a position keeps: a GRU's candidate has two sums, W x + b and W h + b. */
  int blocks() const { return cell == Cell::gru ? 4 : gates(); }
  /** Values that a layer gives at a step. */
  int width() const { return directions * hidden; }
  int inputsOf(int layer) const { return layer > 0 ? width() : embedding > 0 ? embedding : inputs; }
  bool isLookedUp(int layer) const { return layer == 0 && hasIds && embedding == 0; }
  /** Vectors of `hidden` values that a run hands from one step to the next: h, and c of an LSTM. */
  int states() const { return cell == Cell::lstm ? 2 : 1; }
  /** Layers times directions; run r is direction r % directions of layer r / directions. */
  int runs() const { return layers * directions; }
  size_t numParams() const {
    size_t sum = size_t(inputs) * embedding + size_t(outputs) * width() + outputs;
    for (int layer = 0; layer < layers; layer++) {
      sum += size_t(directions) * gates() * hidden * (size_t(inputsOf(layer)) + hidden + 2);
    }
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
  const uint32_t* dropoutKeys; // [layers - 1, rows, 2]; null where nothing is left out
  float* carried; // [layers, states, rows, hidden] where rows start, and in the end where they are; null: they start at zero
};

struct Result {
  double loss;
  double count;
  double correct;
};

} // namespace bridle
