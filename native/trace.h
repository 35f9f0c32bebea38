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

/** One direction of one layer. A reverse direction counts its steps from each row's last one. */
struct RunTrace {
  Memory<float> gates, output, cell, cellTanh;
  Memory<float> initialOutput, initialCell; // [rows, hiddenStride]
};

/** What a layer's directions give together, in the order of time, and the same turned around; kept where somebody reads it. */
struct JoinedTrace {
  Memory<float> values, reversed, mask;
};

struct Trace {
  std::vector<TraceRow> rows; // the longest first
  std::vector<int> offsets; // [steps + 1]
  std::vector<RunTrace> runs;
  std::vector<JoinedTrace> joined; // of each layer
  bool isMasked = false; // dropout is at work
  bool isCarried = false; // rows start where the shards' `carried` says
  Memory<float> inputs, reversedInputs, cellGrad, tile;
  Memory<float> outputGrad, reverseOutputGrad; // dL/dh of the layer in work, each direction in its own order
  Memory<float> nextGrad, reverseNextGrad; // what it gives back to the layer below, the same way
  Memory<int32_t> ids, reversedIds;
  // Targets, in the order of their positions: one a row, or one a position.
  int numTargets = 0;
  Memory<float> read, outputs, readGrad; // [targets, ...]
  Memory<int32_t> classes;
  Memory<double> losses;
  Memory<uint8_t> isCorrect;

  int numPositions() const { return offsets.empty() ? 0 : offsets.back(); }
  TimeSteps steps() const { return {int(offsets.size()) - 1, offsets.data()}; }
  /** Where row `row` has its last step. */
  size_t lastPosition(size_t row) const { return size_t(offsets[rows[row].length - 1]) + row; }

  /** Calls `visit(position, turned)` for each position, and where it lies when its row is turned around. */
  template <typename Visit>
  void forEachTurned(Visit visit) const {
    for (size_t row = 0; row < rows.size(); row++) {
      for (int step = 0; step < rows[row].length; step++) {
        visit(size_t(offsets[step]) + row, size_t(offsets[rows[row].length - 1 - step]) + row);
      }
    }
  }

  /** Sorts `rows` and finds each step's positions. */
  void arrange();
  /**
   * Copies the shards' valid inputs into place, time step by time step; an embedding's `table` [vocabulary, embedding] gives
   * vectors for ids. Refuses an id outside the vocabulary.
   */
  void gatherInputs(const Shape& shape, const std::vector<Shard>& shards, const float* table);
  /** Takes over where rows start, `stride` apart. All shards have a carried state or none has. */
  void readCarried(const Shape& shape, const std::vector<Shard>& shards, int stride);
  /** Writes where rows have ended to their shards. */
  void writeCarried(const Shape& shape, const std::vector<Shard>& shards, int stride) const;
  /** Draws the masks of all layers but the last (src/random/dropout-mask.ts), each [positions, width], rows `stride` apart. */
  void drawMasks(const Shape& shape, const std::vector<Shard>& shards, int stride);
};

} // namespace bridle
