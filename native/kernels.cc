// All kernels for one instruction set: this file is compiled once for each, with its flags and BRIDLE_KERNELS, the table's name.
#include "kernels.h"
#include "elementary.h"
#include "product.h"
#include "gru.h"
#include "recurrent.h"
#include "weight_gradient.h"

namespace {

/** ln x for finite x >= 1, in float64: x = 2^k m, ln m by the series of 2 atanh((m - 1) / (m + 1)). */
double logOfTotal(double x) {
  uint64_t bits;
  memcpy(&bits, &x, sizeof bits);
  int k = int(bits >> 52) - 1023;
  if (!(x >= 1 && k < 1024)) return x - x + x; // NaN and infinity stay what they are
  bits = (bits & 0xfffffffffffffULL) | (1023ULL << 52);
  double mantissa;
  memcpy(&mantissa, &bits, sizeof mantissa);
  if (mantissa > 1.4142135623730951) mantissa *= 0.5, k++;
  const double f = mantissa - 1;
  const double s = f / (2 + f);
  const double z = s * s;
  double tail = 2.0 / 23;
  for (int i = 21; i >= 3; i -= 2) tail = tail * z + 2.0 / i;
  return k * 0.6931471805598903 + (k * 5.497923018708371e-14 + (2 * s + s * z * tail));
}

void softmaxRow(const bridle::Softmax& work, int row) {
  float* outputs = work.outputs + size_t(row) * work.stride;
  const int target = work.targets[row];
  const float targetOutput = outputs[target];
  int best = 0;
  for (int i = 1; i < work.classes; i++) {
    if (outputs[i] > outputs[best]) best = i;
  }
  const float largest = outputs[best];
  for (int i = 0; i < work.classes; i += width) {
    store(outputs + i, expOfNegative(load(outputs + i) - broadcast(largest)));
  }
  float total = 0;
  for (int i = 0; i < work.classes; i++) total += outputs[i];
  for (int i = 0; i < work.classes; i += width) store(outputs + i, load(outputs + i) / broadcast(total));
  outputs[target] -= 1;
  work.losses[row] = logOfTotal(total) + (double(largest) - double(targetOutput));
  work.isCorrect[row] = best == target;
}

void softmax(const bridle::Softmax& work) {
  for (int row = 0; row < work.rows; row++) softmaxRow(work, row);
}

/** max(x, 0) - t x + log(1 + e^-|x|), in float64 and in order. */
double binaryLoss(float* outputs, const float* values, int count) {
  double loss = 0;
  for (int i = 0; i < count; i += width) {
    float tails[width], sigmoids[width];
    const Vector x = load(outputs + i), zero = broadcast(0.0f);
    store(tails, expOfNegative(x > zero ? zero - x : x));
    store(sigmoids, logistic(x));
    for (int lane = 0; lane < width && i + lane < count; lane++) {
      const double logit = outputs[i + lane], value = values[i + lane];
      loss += ((logit > 0 ? logit : 0) - value * logit) + logOfTotal(1 + double(tails[lane]));
      outputs[i + lane] = sigmoids[lane] - values[i + lane];
    }
  }
  return loss;
}

void multiply(const bridle::Product& work) {
  Segment segments[4];
  for (int block = 0; block < work.numBlocks; block++) {
    segments[block] = {work.left + block * work.blockStride, work.leftStride, work.blockColumns};
  }
  const size_t inner = size_t(work.numBlocks) * work.blockColumns;
  for (int column = 0; column < work.columns; column += tileColumns) {
    multiplyPanel({segments, work.numBlocks, work.packed + column * inner, work.start + column, 0, work.result + column,
                   work.resultStride},
                  work.rows);
  }
}

void packRows(float* packed, const float* matrix, int count, int columns, size_t stride) {
  for (int column = 0; column < columns; column += tileColumns) {
    const int filled = columns - column < tileColumns ? columns - column : tileColumns;
    for (int k = 0; k < count; k++, packed += tileColumns) {
      memcpy(packed, matrix + k * stride + column, size_t(filled) * sizeof(float));
      for (int i = filled; i < tileColumns; i++) packed[i] = 0;
    }
  }
}

void packColumns(float* packed, size_t panelStride, const float* matrix, int count, int columns, size_t stride) {
  for (int column = 0; column < columns; column += tileColumns, packed += panelStride) {
    for (int i = 0; i < tileColumns; i++) {
      const float* from = column + i < columns ? matrix + (column + i) * stride : nullptr;
      for (int k = 0; k < count; k++) packed[k * tileColumns + i] = from ? from[k] : 0;
    }
  }
}

void elementary(int function, const float* input, float* result, size_t count) {
  for (size_t i = 0; i < count; i += width) {
    const size_t filled = count - i < size_t(width) ? count - i : size_t(width);
    float lanes[width] = {};
    memcpy(lanes, input + i, filled * sizeof(float));
    const Vector x = load(lanes);
    store(lanes, function == 0 ? expOfNegative(x) : function == 1 ? hyperbolicTangent(x) : logistic(x));
    memcpy(result + i, lanes, filled * sizeof(float));
  }
}

} // namespace

namespace bridle {

#define BRIDLE_TEXT_OF(name) #name
#define BRIDLE_TEXT(name) BRIDLE_TEXT_OF(name)

extern const Kernels BRIDLE_KERNELS = {
    BRIDLE_TEXT(BRIDLE_KERNELS), tileColumns,   lstmForward,           lstmBackward, tanhForward, tanhBackward,
    reluForward,                 reluBackward,
    gruForward,                  gruBackward,    multiply,              weightGradient, weightGradientScratch,
    softmax,                     binaryLoss,     packRows,              packColumns, elementary,
};

} // namespace bridle
