// GRU over a whole trace, forward and back: Cho and others 2014 in PyTorch's form (gates r z n, the reset gate after the product).
// Its candidate has two sums, W x + b_ih and W h + b_hh, kept as blocks 2 and 3 beside r and z.
#pragma once
#include "recurrent.h"

namespace {

constexpr int gruBlocks = 4;

/** The four sums of one panel of units at step t, for all its rows, into the tile [rows, blocks, columns]. */
inline void gruSums(const Layer& layer, int t, int unit) {
  const int rows = rowsOf(layer.steps, t);
  const size_t position = size_t(layer.steps.offsets[t]);
  const int inner = layer.inputs + layer.hidden;
  const float* hiddenBefore = stepBefore(layer, layer.output, layer.initialOutput, t);
  const int numInputs = layer.inputs > 0 ? 1 : 0, numHidden = hiddenBefore ? 1 : 0;
  Segment segments[2];
  if (numInputs > 0) segments[0] = {layer.input + position * layer.inputStride, size_t(layer.inputStride), layer.inputs};
  if (numHidden > 0) segments[numInputs] = {hiddenBefore, size_t(layer.hiddenStride), layer.hidden};
  constexpr size_t stride = size_t(gruBlocks) * tileColumns;
  const float* panel = layer.forwardWeights + size_t(unit) * 3 * inner;
  for (int gate = 0; gate < 3; gate++) {
    float* result = layer.tile + gate * tileColumns;
    const size_t offset = size_t(gate) * layer.hiddenStride + unit;
    if (numInputs == 0) {
      for (int row = 0; row < rows; row++) {
        const float* start = layer.starts + size_t(layer.ids[position + row]) * 3 * layer.hiddenStride + offset;
        store(result + row * stride, load(start));
        store(result + row * stride + width, load(start + width));
      }
    }
    const float* start = numInputs == 0 ? result : layer.bias + offset;
    multiplyPanel({segments, gate < 2 ? numInputs + numHidden : numInputs, panel + size_t(gate) * tileColumns * inner,
                   start, numInputs == 0 ? stride : 0, result, stride},
                  rows);
  }
  const float* hiddenPanel = panel + (size_t(2) * inner + layer.inputs) * tileColumns;
  multiplyPanel({segments + numInputs, numHidden, hiddenPanel, layer.bias + size_t(3) * layer.hiddenStride + unit, 0,
                 layer.tile + 3 * tileColumns, stride},
                rows);
}

inline const float* previousOutput(const Layer& layer, int t, int row, int unit) {
  const float* before = stepBefore(layer, layer.output, layer.initialOutput, t);
  return before ? before + size_t(row) * layer.hiddenStride + unit : nullptr;
}

inline void gruActivate(const Layer& layer, int t, int unit) {
  const int rows = rowsOf(layer.steps, t);
  const size_t stride = layer.hiddenStride;
  for (int row = 0; row < rows; row++) {
    const size_t position = size_t(layer.steps.offsets[t]) + row;
    const float* sums = layer.tile + size_t(row) * gruBlocks * tileColumns;
    float* gates = layer.gates + position * gruBlocks * stride + unit;
    const float* previous = previousOutput(layer, t, row, unit);
    for (int lane = 0; lane < tileColumns; lane += width) {
      const Vector reset = logistic(load(sums + lane));
      const Vector update = logistic(load(sums + tileColumns + lane));
      const Vector hiddenSum = load(sums + 3 * tileColumns + lane);
      const Vector candidate = hyperbolicTangent(fusedMultiplyAdd(reset, hiddenSum, load(sums + 2 * tileColumns + lane)));
      const Vector before = previous ? load(previous + lane) : broadcast(0.0f);
      store(gates + lane, reset);
      store(gates + stride + lane, update);
      store(gates + 2 * stride + lane, candidate);
      store(gates + 3 * stride + lane, hiddenSum);
      store(layer.output + position * stride + unit + lane, fusedMultiplyAdd(update, before - candidate, candidate));
    }
  }
}

void gruForward(const Layer& layer) {
  for (int t = 0; t < layer.steps.count; t++) {
    for (int unit = 0; unit < layer.hidden; unit += tileColumns) {
      gruSums(layer, t, unit);
      gruActivate(layer, t, unit);
    }
  }
}

/** dL/dh of one panel of units at step t: what came from above, then the chain over the sums of W_hh h of step t + 1. */
inline void addGruRecurrentGrad(const Layer& layer, int t, int unit) {
  const int rows = rowsOf(layer.steps, t + 1);
  if (rows == 0) return;
  const size_t stride = layer.hiddenStride, rowStride = gruBlocks * stride;
  const float* next = layer.gates + size_t(layer.steps.offsets[t + 1]) * rowStride;
  const Segment segments[3] = {
      {next, rowStride, layer.hidden}, {next + stride, rowStride, layer.hidden}, {next + 3 * stride, rowStride, layer.hidden}};
  const float* packed = layer.backwardWeights + size_t(unit) * 3 * layer.hidden;
  float* grad = layer.outputGrad + size_t(layer.steps.offsets[t]) * stride + unit;
  multiplyPanel({segments, 3, packed, grad, stride, grad, stride}, rows);
}

inline void gruDifferentiate(const Layer& layer, int t, int unit) {
  const int rows = rowsOf(layer.steps, t);
  const size_t stride = layer.hiddenStride;
  const Vector one = broadcast(1.0f);
  for (int row = 0; row < rows; row++) {
    const size_t position = size_t(layer.steps.offsets[t]) + row;
    float* gates = layer.gates + position * gruBlocks * stride + unit;
    const float* previous = previousOutput(layer, t, row, unit);
    float* handedOn = layer.cellGrad + row * stride + unit;
    for (int lane = 0; lane < tileColumns; lane += width) {
      const Vector reset = load(gates + lane);
      const Vector update = load(gates + stride + lane);
      const Vector candidate = load(gates + 2 * stride + lane);
      const Vector hiddenSum = load(gates + 3 * stride + lane);
      const Vector before = previous ? load(previous + lane) : broadcast(0.0f);
      const Vector grad = load(layer.outputGrad + position * stride + unit + lane) + load(handedOn + lane);
      const Vector candidateGrad = grad * (one - update) * fusedMultiplyAdd(-candidate, candidate, one);
      store(gates + lane, candidateGrad * hiddenSum * (reset * (one - reset)));
      store(gates + stride + lane, grad * (before - candidate) * (update * (one - update)));
      store(gates + 2 * stride + lane, candidateGrad);
      store(gates + 3 * stride + lane, candidateGrad * reset);
      store(handedOn + lane, grad * update);
    }
  }
}

void gruBackward(const Layer& layer) {
  memset(layer.cellGrad, 0, size_t(rowsOf(layer.steps, 0)) * layer.hiddenStride * sizeof(float));
  for (int t = layer.steps.count - 1; t >= 0; t--) {
    for (int unit = 0; unit < layer.hidden; unit += tileColumns) {
      addGruRecurrentGrad(layer, t, unit);
      gruDifferentiate(layer, t, unit);
    }
  }
}

} // namespace
