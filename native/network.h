// A network on one set of kernels: parameters packed once, scratch memory kept, a whole lease in one call.
#pragma once
#include "kernels.h"
#include "memory.h"
#include "shape.h"
#include "team.h"
#include "trace.h"
#include <vector>

namespace bridle {

class Network {
 public:
  Network(const Shape& shape, const Kernels& kernels, int threads);

  const Shape& shape() const { return shape_; }

  /** Packs `params` (numParams() values, PyTorch's layout); they may change afterwards. */
  void setParams(const float* params);

  /** Whether setParams was called. */
  bool isReady() const { return isReady_; }

  /**
   * Computes all shards' losses, and unless `grads` is empty each shard's gradient of the summed loss [numParams()].
   * Refuses an id or a class outside its range (failure.h).
   */
  void run(const std::vector<Shard>& shards, const std::vector<float*>& grads, Result* results);

  /**
   * Computes the outputs of one shard, whose targets are not read: `outputs` [rows, outputs], or [steps, rows, outputs], is written
   * where a row has a target. Refuses an id outside its range.
   */
  void predict(const std::vector<Shard>& shards, float* outputs);

 private:
  /** Of one direction of one layer, as of everything that is counted by run (Shape::runs). */
  struct RunWeights {
    Memory<float> forward, backward, toInputs, bias, starts;
  };
  /** Where its tensors lie in a flat vector. */
  struct RunOffsets {
    size_t inputWeight, hiddenWeight, inputBias, hiddenBias;
  };
  /** A member's own memory for weight gradients. */
  struct Desk {
    Memory<float> scratch, idSums;
    std::vector<const float*> gates, left, right;
  };
  struct Inputs {
    const float* values;
    int stride;
  };
  /** A position of a shard: its trace and its place there. */
  struct Place {
    const Trace* trace;
    int row;
    int step;
    int position() const { return trace->offsets[step] + row; }
  };

  int padded(int value) const { return (value + kernels.tileColumns - 1) / kernels.tileColumns * kernels.tileColumns; }
  void packRun(int run, const float* params);
  const float* packBias(int run, const float* params);
  void packHead(const float* params);
  void dealRows(const std::vector<Shard>& shards);
  void prepare(Trace& trace, const std::vector<Shard>& shards, bool hasGrads);
  void prepareJoined(Trace& trace, const std::vector<Shard>& shards, bool hasGrads);

  // layers.cc
  Layer layerOf(Trace& trace, int layer, int direction) const;
  Inputs inputsOf(const Trace& trace, int layer, int direction) const;
  bool isJoined(int layer) const;
  void forward(Trace& trace) const;
  void join(Trace& trace, int layer) const;
  const float* readStates(Trace& trace) const;
  void backward(Trace& trace) const;
  void addTurned(Trace& trace, int count, int stride) const;
  void splitGrad(Trace& trace, int layer) const;
  void copyPadded(float* to, const float* from) const;
  void backwardHead(Trace& trace) const;
  static void multiplyInto(float* values, const float* factors, int count);

  // losses.cc
  template <typename Visit>
  void forEachTarget(const Trace& trace, Visit visit) const;
  int targetAt(const TraceRow& row, const Shard& shard, int step) const;
  void readTargets(Trace& trace, const std::vector<Shard>& shards);
  void computeLosses(Trace& trace, const std::vector<Shard>& shards) const;
  void writeOutputs(const Trace& trace, const std::vector<Shard>& shards, float* outputs) const;
  double squaredError(float* outputs, const float* values) const;

  // gradients.cc
  void prepare(Desk& desk) const;
  void findPlaces(const std::vector<Shard>& shards);
  Result sumLosses(size_t shard) const;
  void runGradient(size_t shard, int run, Desk& desk, float* grads) const;
  void sumRun(size_t shard, int run, Desk& desk, float* grads) const;
  void idGradient(size_t shard, int run, Desk& desk, float* grads) const;
  void embeddingGradient(size_t shard, float* grads) const;
  void headGradient(size_t shard, Desk& desk, float* grads) const;
  bool hasTarget(const Place& place) const;
  int targetOf(const Place& place) const;

  const Shape shape_;
  const Kernels& kernels;
  const int hiddenStride;
  const int widthStride;
  Team team;
  std::vector<RunOffsets> offsets;
  size_t headWeight = 0;
  size_t headBias = 0;
  std::vector<RunWeights> weights;
  Memory<float> embedding, headForward, headBackward, headStart, zeros;
  bool isReady_ = false;
  std::vector<Trace> traces; // one a member of the team
  std::vector<Desk> desks;
  std::vector<std::vector<Place>> places; // of each shard, time step by time step, in each its rows in order
};

} // namespace bridle
