// The face of the kernels: plain numbers and pointers, one table of functions for each instruction set. Only declarations: a
// function defined here would be compiled for each instruction set, and the linker would keep any one of them.
#pragma once
#include <cstddef>
#include <cstdint>

namespace bridle {

/** Which positions of a trace belong to which time step: those of step t start at offsets[t]. Rows are sorted by length, the
 *  longest first, so that the rows of a step are the first rows of the step before. */
struct TimeSteps {
  int count;
  const int* offsets; // [count + 1]
};

/** One recurrent layer over a trace. Strides are padded to whole panels; what lies in the padding is finite and reaches nothing. */
struct Layer {
  TimeSteps steps;
  int hidden;
  int hiddenStride;
  int inputs; // 0: `starts` holds what the inputs contribute
  int inputStride;
  const float* input; // [positions, inputStride]
  const float* forwardWeights; // packed [W_ih | W_hh], gate by gate in each panel of units
  const float* backwardWeights; // packed W_hh, see packRows
  const float* bias; // [blocks, hiddenStride]
  const float* starts; // ids: [vocabulary, gates, hiddenStride], bias and the id's column of W_ih
  const int32_t* ids; // [positions]
  float* gates; // [positions, blocks, hiddenStride]: activations, and after backward the gradient of the sums
  float* output; // h [positions, hiddenStride]
  float* cell; // [positions, hiddenStride], LSTM
  const float* initialOutput; // h before the first step [rows, hiddenStride]; null: zeros
  const float* initialCell; // c before the first step, LSTM
  float* cellTanh; // [positions, hiddenStride], LSTM
  float* outputGrad; // dL/dh from above [positions, hiddenStride]
  float* cellGrad; // [rows, hiddenStride] scratch: dL/dc of an LSTM, what a GRU's update gate hands on of dL/dh
  float* tile; // [rows, blocks, tileColumns] scratch
};

/** A plain product: result [rows, columns] = start + left [rows, inner] * packed. */
struct Product {
  int rows;
  int columns;
  const float* left;
  size_t leftStride; // of a row
  int numBlocks; // the left columns lie in blocks ...
  int blockColumns; // ... of so many ...
  size_t blockStride; // ... so far apart
  const float* packed;
  const float* start; // [columns padded]
  float* result;
  size_t resultStride;
};

/** Gradients of weights: sums over `count` positions, in their order, of gate gradient times input. */
struct WeightGradient {
  int count;
  const float* const* gates; // [count] each [gates, gateStride]
  int numGates;
  int gateSize;
  int gateStride;
  const float* const* left; // [count], each [leftSize]; leftSize 0: none
  int leftSize;
  const float* const* right; // [count], each [rightSize]
  int rightSize;
  float* leftGrad; // [numGates * gateSize, leftSize]
  float* rightGrad; // [numGates * gateSize, rightSize]
  float* biasGrad; // [numGates * gateSize]
  float* scratch; // weightGradientScratch() floats
};

/** Rows of outputs to losses and the loss's gradient, in place. */
struct Softmax {
  int rows;
  int classes;
  size_t stride;
  float* outputs; // in: logits; out: gradient of the loss
  const int32_t* targets; // [rows]
  double* losses; // [rows]
  uint8_t* isCorrect; // [rows]
};

struct Kernels {
  const char* name;
  int tileColumns;
  void (*lstmForward)(const Layer&);
  void (*lstmBackward)(const Layer&);
  void (*tanhForward)(const Layer&);
  void (*tanhBackward)(const Layer&);
  void (*reluForward)(const Layer&);
  void (*reluBackward)(const Layer&);
  void (*gruForward)(const Layer&);
  void (*gruBackward)(const Layer&);
  void (*multiply)(const Product&);
  void (*weightGradient)(const WeightGradient&);
  size_t (*weightGradientScratch)(int outputs, int inputs);
  void (*softmax)(const Softmax&);
  /** Sigmoid cross-entropy of `count` logits with values from 0 to 1, summed; in place of the logits its gradient. */
  double (*binaryLoss)(float* outputs, const float* values, int count);
  /** Packs rows [count, columns] of a right matrix in panels. */
  void (*packRows)(float* packed, const float* matrix, int count, int columns, size_t stride);
  /** Packs the columns of [columns, count] as rows: the right matrix is the transpose. Panels lie `panelStride` apart. */
  void (*packColumns)(float* packed, size_t panelStride, const float* matrix, int count, int columns, size_t stride);
  /** result = function(input) over `count` values: 0 exp of values below 0, 1 tanh, 2 logistic. For tests. */
  void (*elementary)(int function, const float* input, float* result, size_t count);
};

extern const Kernels avx512;
extern const Kernels avx2;
extern const Kernels portable;
extern const Kernels simd128; // WebAssembly

} // namespace bridle
