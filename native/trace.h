// What one run over some rows leaves behind for the way back: positions (time step, row) and the values of every layer there.
#pragma once
#include "kernels.h"
#include "memory.h"
#include "shape.h"
#include <vector>

namespace bridle {

/** Where a row of a shard lies in a trace: row `row` of each step before `length`. */
struct TraceRow {
  int shard;
  int row; // in its shard
  int length;
};

struct LayerTrace {
  Memory<float> gates, output, cell, cellTanh;
};

struct Trace {
  std::vector<TraceRow> rows; // the longest first
  std::vector<int> offsets; // [steps + 1]
  std::vector<LayerTrace> layers;
  Memory<float> inputs, outputGrad, nextGrad, cellGrad, tile;
  Memory<int32_t> ids;
  // Targets, in the order of their positions: one a row, or one a position.
  int numTargets = 0;
  Memory<float> read, outputs, readGrad; // [targets, ...]
  Memory<int32_t> classes;
  Memory<double> losses;
  Memory<uint8_t> isCorrect;

  int numPositions() const { return offsets.empty() ? 0 : offsets.back(); }
  TimeSteps steps() const { return {int(offsets.size()) - 1, offsets.data()}; }

  /** Sorts `rows` and finds each step's positions. */
  void arrange();
  /** Copies the shards' valid inputs into place, time step by time step. Refuses an id outside the vocabulary. */
  void gatherInputs(const Shape& shape, const std::vector<Shard>& shards);
};

} // namespace bridle
