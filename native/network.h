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

 private:
  struct LayerWeights {
    Memory<float> forward, backward, toInputs, bias, starts;
  };
  /** Where a layer's tensors lie in a flat vector. */
  struct LayerOffsets {
    size_t inputWeight, hiddenWeight, inputBias, hiddenBias;
  };
  /** A member's own memory for weight gradients. */
  struct Desk {
    Memory<float> scratch, idSums;
    std::vector<const float*> gates, left, right;
  };
  /** A position of a shard: its trace and its place there. */
  struct Place {
    const Trace* trace;
    int row;
    int step;
    int position() const { return trace->offsets[step] + row; }
  };

  int padded(int value) const { return (value + kernels.tileColumns - 1) / kernels.tileColumns * kernels.tileColumns; }
  void packLayer(int layer, const float* params);
  void packHead(const float* params);
  void dealRows(const std::vector<Shard>& shards);
  void prepare(Trace& trace, const std::vector<Shard>& shards, bool hasGrads);
  void readTargets(Trace& trace, const std::vector<Shard>& shards);
  Layer layerOf(Trace& trace, int layer) const;
  void forward(Trace& trace) const;
  void computeLosses(Trace& trace, const std::vector<Shard>& shards) const;
  void squaredErrors(Trace& trace, const std::vector<Shard>& shards) const;
  void backward(Trace& trace) const;
  void backwardHead(Trace& trace) const;
  void prepare(Desk& desk) const;
  void findPlaces(const std::vector<Shard>& shards);
  Result sumLosses(size_t shard) const;
  void layerGradient(size_t shard, int layer, Desk& desk, float* grads) const;
  void idGradient(size_t shard, Desk& desk, float* grads) const;
  void headGradient(size_t shard, Desk& desk, float* grads) const;
  int targetAt(const TraceRow& row, const Shard& shard, int step) const;
  bool hasTarget(const Place& place) const;
  int targetOf(const Place& place) const;

  const Shape shape_;
  const Kernels& kernels;
  const int hiddenStride;
  Team team;
  std::vector<LayerOffsets> offsets;
  size_t headWeight = 0;
  size_t headBias = 0;
  std::vector<LayerWeights> weights;
  Memory<float> headForward, headBackward, headStart, zeros;
  bool isReady_ = false;
  std::vector<Trace> traces; // one a member of the team
  std::vector<Desk> desks;
  std::vector<std::vector<Place>> places; // of each shard, time step by time step, in each its rows in order
};

} // namespace bridle
