// Gradients of a layer's weights: one product over all positions of a shard, in their order, both sides packed block by block.
#pragma once
#include "kernels.h"
#include "product.h"

namespace {

using bridle::WeightGradient;

/** Positions a block: a panel of inputs [block, tileColumns] then stays in the first cache. */
constexpr int blockPositions = 256;
/** Panels of gates lie an odd number of cache lines apart, or writing one position would meet few sets of the cache. */
constexpr size_t leftPanelSize = size_t(blockPositions) * tileRows + 16;

struct Scratch {
  int outputs; // gates in all
  int outputTiles;
  int inputs; // padded to panels
  float* sums; // [outputTiles * tileRows, inputs]
  float* outputRow; // [outputTiles * tileRows]
  float* inputRow; // [inputs]
  float* packedOutputs; // [outputTiles, leftPanelSize]
  float* packedInputs; // [inputs / tileColumns, blockPositions, tileColumns]
};

inline size_t layScratch(int outputs, int inputs, float* memory, Scratch& scratch) {
  scratch.outputs = outputs;
  scratch.outputTiles = (outputs + tileRows - 1) / tileRows;
  scratch.inputs = roundUp(inputs);
  const size_t rows = size_t(scratch.outputTiles) * tileRows;
  const size_t sizes[5] = {rows * scratch.inputs, rows, size_t(scratch.inputs), scratch.outputTiles * leftPanelSize,
                           size_t(scratch.inputs) * blockPositions};
  float** parts[5] = {&scratch.sums, &scratch.outputRow, &scratch.inputRow, &scratch.packedOutputs,
                      &scratch.packedInputs};
  size_t used = 0;
  for (int i = 0; i < 5; i++) {
    if (memory) *parts[i] = memory + used;
    used += (sizes[i] + 15) / 16 * 16;
  }
  return used;
}

size_t weightGradientScratch(int outputs, int inputs) {
  Scratch scratch;
  return layScratch(outputs, inputs, nullptr, scratch);
}

inline void packPosition(const WeightGradient& work, const Scratch& scratch, int position, int k) {
  for (int gate = 0; gate < work.numGates; gate++) {
    memcpy(scratch.outputRow + gate * work.gateSize, work.gates[position] + size_t(gate) * work.gateStride,
           size_t(work.gateSize) * sizeof(float));
  }
  for (int i = 0; i < scratch.outputs; i++) work.biasGrad[i] += scratch.outputRow[i];
  float* left = scratch.packedOutputs + size_t(k) * tileRows;
  for (int tile = 0; tile < scratch.outputTiles; tile++, left += leftPanelSize) {
    memcpy(left, scratch.outputRow + tile * tileRows, tileRows * sizeof(float));
  }
  if (work.leftSize > 0) memcpy(scratch.inputRow, work.left[position], size_t(work.leftSize) * sizeof(float));
  if (work.rightSize > 0) {
    memcpy(scratch.inputRow + work.leftSize, work.right[position], size_t(work.rightSize) * sizeof(float));
  }
  float* right = scratch.packedInputs + size_t(k) * tileColumns;
  for (int column = 0; column < scratch.inputs; column += tileColumns, right += size_t(blockPositions) * tileColumns) {
    memcpy(right, scratch.inputRow + column, tileColumns * sizeof(float));
  }
}

inline void multiplyBlock(const Scratch& scratch, int count) {
  for (int column = 0; column < scratch.inputs; column += tileColumns) {
    const float* right = scratch.packedInputs + size_t(column) * blockPositions;
    for (int tile = 0; tile < scratch.outputTiles; tile++) {
      const int rest = scratch.outputs - tile * tileRows;
      addPackedRows<tileRows>(rest < tileRows ? rest : tileRows, scratch.packedOutputs + tile * leftPanelSize, right, count,
                              scratch.sums + size_t(tile) * tileRows * scratch.inputs + column, scratch.inputs);
    }
  }
}

void weightGradient(const WeightGradient& work) {
  Scratch scratch;
  layScratch(work.numGates * work.gateSize, work.leftSize + work.rightSize, work.scratch, scratch);
  const size_t rows = size_t(scratch.outputTiles) * tileRows;
  memset(scratch.sums, 0, rows * scratch.inputs * sizeof(float));
  memset(scratch.outputRow, 0, rows * sizeof(float));
  memset(scratch.inputRow, 0, size_t(scratch.inputs) * sizeof(float));
  memset(work.biasGrad, 0, size_t(scratch.outputs) * sizeof(float));
  for (int first = 0; first < work.count; first += blockPositions) {
    const int count = work.count - first < blockPositions ? work.count - first : blockPositions;
    for (int k = 0; k < count; k++) packPosition(work, scratch, first + k, k);
    multiplyBlock(scratch, count);
  }
  for (int i = 0; i < scratch.outputs; i++) {
    const float* sums = scratch.sums + size_t(i) * scratch.inputs;
    if (work.leftSize > 0) {
      memcpy(work.leftGrad + size_t(i) * work.leftSize, sums, size_t(work.leftSize) * sizeof(float));
    }
    if (work.rightSize > 0) {
      memcpy(work.rightGrad + size_t(i) * work.rightSize, sums + work.leftSize, size_t(work.rightSize) * sizeof(float));
    }
  }
}

} // namespace
