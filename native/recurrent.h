// The recurrent cells over a whole trace, forward and back: LSTM (Hochreiter and Schmidhuber 1997, forget gate of Gers et al.
// 2000, gates i f g o) and tanh or relu RNN (Elman 1990). Panel by panel of units, so that a unit's sums are still in the cache when
// its gates are computed.
#pragma once
#include "elementary.h"
#include "kernels.h"
#include "product.h"

namespace {

using bridle::Layer;
using bridle::TimeSteps;

inline int rowsOf(const TimeSteps& steps, int t) {
  return t < steps.count ? steps.offsets[t + 1] - steps.offsets[t] : 0;
}

/** h or c of the first row at the step before; null: zeros. */
inline const float* stepBefore(const Layer& layer, const float* values, const float* initial, int t) {
  return t > 0 ? values + size_t(layer.steps.offsets[t - 1]) * layer.hiddenStride : initial;
}

/** The sums of `numGates` gates of one panel of units at step t, for all its rows, into the tile [rows, gates, columns]. */
template <int numGates>
inline void sumGates(const Layer& layer, int t, int unit) {
  const int rows = rowsOf(layer.steps, t);
  const size_t position = size_t(layer.steps.offsets[t]);
  const int inner = layer.inputs + layer.hidden;
  Segment segments[2];
  int numSegments = 0;
  if (layer.inputs > 0) {
    segments[numSegments++] = {layer.input + position * layer.inputStride, size_t(layer.inputStride), layer.inputs};
  }
  if (const float* previous = stepBefore(layer, layer.output, layer.initialOutput, t)) {
    segments[numSegments++] = {previous, size_t(layer.hiddenStride), layer.hidden};
  }
  constexpr size_t stride = size_t(numGates) * tileColumns;
  for (int gate = 0; gate < numGates; gate++) {
    float* result = layer.tile + gate * tileColumns;
    const size_t offset = size_t(gate) * layer.hiddenStride + unit;
    if (layer.inputs == 0) {
      for (int row = 0; row < rows; row++) {
        const float* start =
            layer.starts + size_t(layer.ids[position + row]) * numGates * layer.hiddenStride + offset;
        store(result + row * stride, load(start));
        store(result + row * stride + width, load(start + width));
      }
    }
    const float* start = layer.inputs == 0 ? result : layer.bias + offset;
    const float* packed = layer.forwardWeights + (size_t(unit) * numGates + size_t(gate) * tileColumns) * inner;
    multiplyPanel({segments, numSegments, packed, start, layer.inputs == 0 ? stride : 0, result, stride}, rows);
  }
}

inline void lstmActivate(const Layer& layer, int t, int unit) {
  const int rows = rowsOf(layer.steps, t);
  const size_t stride = layer.hiddenStride;
  const float* cellBefore = stepBefore(layer, layer.cell, layer.initialCell, t);
  for (int row = 0; row < rows; row++) {
    const size_t position = size_t(layer.steps.offsets[t]) + row;
    const float* sums = layer.tile + size_t(row) * 4 * tileColumns;
    float* gates = layer.gates + position * 4 * stride + unit;
    const size_t state = position * stride + unit;
    const float* previousCell = cellBefore ? cellBefore + row * stride + unit : nullptr;
    for (int lane = 0; lane < tileColumns; lane += width) {
      const Vector input = logistic(load(sums + lane));
      const Vector forget = logistic(load(sums + tileColumns + lane));
      const Vector candidate = hyperbolicTangent(load(sums + 2 * tileColumns + lane));
      const Vector output = logistic(load(sums + 3 * tileColumns + lane));
      const Vector previous = previousCell ? load(previousCell + lane) : broadcast(0.0f);
      const Vector cell = fusedMultiplyAdd(forget, previous, input * candidate);
      const Vector cellTanh = hyperbolicTangent(cell);
      store(gates + lane, input);
      store(gates + stride + lane, forget);
      store(gates + 2 * stride + lane, candidate);
      store(gates + 3 * stride + lane, output);
      store(layer.cell + state + lane, cell);
      store(layer.cellTanh + state + lane, cellTanh);
      store(layer.output + state + lane, output * cellTanh);
    }
  }
}

struct Tanh {
  static Vector apply(Vector sum) { return hyperbolicTangent(sum); }
  static Vector differentiate(Vector output, Vector grad) {
    return grad * fusedMultiplyAdd(-output, output, broadcast(1.0f));
  }
};

/** By masks: NaN stays NaN on every instruction set, which a maximum would not promise. The slope at 0 is 0. */
struct Relu {
  static Vector apply(Vector sum) { return asFloat(asInt(sum) & ~IntVector(sum < broadcast(0.0f))); }
  static Vector differentiate(Vector output, Vector grad) {
    return asFloat(asInt(grad) & IntVector(output > broadcast(0.0f)));
  }
};

template <typename Activation>
inline void elmanActivate(const Layer& layer, int t, int unit) {
  const int rows = rowsOf(layer.steps, t);
  for (int row = 0; row < rows; row++) {
    const size_t state = (size_t(layer.steps.offsets[t]) + row) * layer.hiddenStride + unit;
    for (int lane = 0; lane < tileColumns; lane += width) {
      store(layer.output + state + lane, Activation::apply(load(layer.tile + size_t(row) * tileColumns + lane)));
    }
  }
}

void lstmForward(const Layer& layer) {
  for (int t = 0; t < layer.steps.count; t++) {
    for (int unit = 0; unit < layer.hidden; unit += tileColumns) {
      sumGates<4>(layer, t, unit);
      lstmActivate(layer, t, unit);
    }
  }
}

template <typename Activation>
void elmanForward(const Layer& layer) {
  for (int t = 0; t < layer.steps.count; t++) {
    for (int unit = 0; unit < layer.hidden; unit += tileColumns) {
      sumGates<1>(layer, t, unit);
      elmanActivate<Activation>(layer, t, unit);
    }
  }
}

/** dL/dh of one panel of units at step t: what came from above, then the chain over the gates' gradients of step t + 1. */
template <int numGates>
inline void addRecurrentGrad(const Layer& layer, int t, int unit) {
  const int rows = rowsOf(layer.steps, t + 1);
  if (rows == 0) return;
  const size_t stride = layer.hiddenStride;
  const float* next = layer.gates + size_t(layer.steps.offsets[t + 1]) * numGates * stride;
  Segment segments[numGates];
  for (int gate = 0; gate < numGates; gate++) segments[gate] = {next + gate * stride, numGates * stride, layer.hidden};
  const float* packed = layer.backwardWeights + size_t(unit) * numGates * layer.hidden;
  float* grad = layer.outputGrad + size_t(layer.steps.offsets[t]) * stride + unit;
  multiplyPanel({segments, numGates, packed, grad, stride, grad, stride}, rows);
}

inline void lstmDifferentiate(const Layer& layer, int t, int unit) {
  const int rows = rowsOf(layer.steps, t);
  const size_t stride = layer.hiddenStride;
  const Vector one = broadcast(1.0f);
  const float* cellBefore = stepBefore(layer, layer.cell, layer.initialCell, t);
  for (int row = 0; row < rows; row++) {
    const size_t position = size_t(layer.steps.offsets[t]) + row;
    float* gates = layer.gates + position * 4 * stride + unit;
    const size_t state = position * stride + unit;
    const float* previousCell = cellBefore ? cellBefore + row * stride + unit : nullptr;
    float* cellGrads = layer.cellGrad + row * stride + unit;
    for (int lane = 0; lane < tileColumns; lane += width) {
      const Vector input = load(gates + lane);
      const Vector forget = load(gates + stride + lane);
      const Vector candidate = load(gates + 2 * stride + lane);
      const Vector output = load(gates + 3 * stride + lane);
      const Vector cellTanh = load(layer.cellTanh + state + lane);
      const Vector outputGrad = load(layer.outputGrad + state + lane);
      const Vector previous = previousCell ? load(previousCell + lane) : broadcast(0.0f);
      const Vector cellSlope = fusedMultiplyAdd(-cellTanh, cellTanh, one);
      const Vector cellGrad = fusedMultiplyAdd(outputGrad * output, cellSlope, load(cellGrads + lane));
      store(gates + lane, cellGrad * candidate * (input * (one - input)));
      store(gates + stride + lane, cellGrad * previous * (forget * (one - forget)));
      store(gates + 2 * stride + lane, cellGrad * input * fusedMultiplyAdd(-candidate, candidate, one));
      store(gates + 3 * stride + lane, outputGrad * cellTanh * (output * (one - output)));
      store(cellGrads + lane, cellGrad * forget);
    }
  }
}

template <typename Activation>
inline void elmanDifferentiate(const Layer& layer, int t, int unit) {
  const int rows = rowsOf(layer.steps, t);
  for (int row = 0; row < rows; row++) {
    const size_t state = (size_t(layer.steps.offsets[t]) + row) * layer.hiddenStride + unit;
    for (int lane = 0; lane < tileColumns; lane += width) {
      const Vector output = load(layer.output + state + lane);
      store(layer.gates + state + lane, Activation::differentiate(output, load(layer.outputGrad + state + lane)));
    }
  }
}

void lstmBackward(const Layer& layer) {
  memset(layer.cellGrad, 0, size_t(rowsOf(layer.steps, 0)) * layer.hiddenStride * sizeof(float));
  for (int t = layer.steps.count - 1; t >= 0; t--) {
    for (int unit = 0; unit < layer.hidden; unit += tileColumns) {
      addRecurrentGrad<4>(layer, t, unit);
      lstmDifferentiate(layer, t, unit);
    }
  }
}

template <typename Activation>
void elmanBackward(const Layer& layer) {
  for (int t = layer.steps.count - 1; t >= 0; t--) {
    for (int unit = 0; unit < layer.hidden; unit += tileColumns) {
      addRecurrentGrad<1>(layer, t, unit);
      elmanDifferentiate<Activation>(layer, t, unit);
    }
  }
}

void tanhForward(const Layer& layer) { elmanForward<Tanh>(layer); }
void tanhBackward(const Layer& layer) { elmanBackward<Tanh>(layer); }
void reluForward(const Layer& layer) { elmanForward<Relu>(layer); }
void reluBackward(const Layer& layer) { elmanBackward<Relu>(layer); }

} // namespace
