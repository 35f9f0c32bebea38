// Matrix products whose every output is one chain: start, then + a[k] b[k] in the order of k, each by one fused multiply-add.
// So its bits depend on neither the vector's width nor on how rows and columns are cut into tiles (Goto and van de Geijn 2008).
#pragma once
#include "vector.h"

namespace {

#if BRIDLE_WIDTH == 16
constexpr int tileRows = 12;
#elif BRIDLE_WIDTH == 8
constexpr int tileRows = 6;
#elif defined(BRIDLE_PORTABLE)
constexpr int tileRows = 2;
#elif defined(__wasm_simd128__)
constexpr int tileRows = 4; // sixteen registers on x86, and a product needs one of its own
#else
constexpr int tileRows = 8;
#endif
constexpr int tileColumns = 2 * width;

/** A part of the left matrix: `count` columns; element (i, k) at values[i * rowStride + k]. */
struct Segment {
  const float* values;
  size_t rowStride;
  int count;
};


/** Left matrix packed in tiles: element (i, k) at k * rows + i. */
template <int Rows>
inline void chainPacked(Vector (&c)[Rows][2], const float* a, int aStride, const float* b, int count) {
  for (int k = 0; k < count; k++, b += tileColumns, a += aStride) {
    const Vector b0 = load(b), b1 = load(b + width);
#pragma GCC unroll 16
    for (int i = 0; i < Rows; i++) {
      const Vector left = broadcast(a[i]);
      c[i][0] = fusedMultiplyAdd(left, b0, c[i][0]);
      c[i][1] = fusedMultiplyAdd(left, b1, c[i][1]);
    }
  }
}

template <int Rows>
inline const float* chainRows(Vector (&c)[Rows][2], const Segment& a, size_t firstRow, const float* b) {
  const float* rows[Rows];
#pragma GCC unroll 16
  for (int i = 0; i < Rows; i++) rows[i] = a.values + (firstRow + i) * a.rowStride;
  for (int k = 0; k < a.count; k++, b += tileColumns) {
    const Vector b0 = load(b), b1 = load(b + width);
#pragma GCC unroll 16
    for (int i = 0; i < Rows; i++) {
      const Vector left = broadcast(rows[i][k]);
      c[i][0] = fusedMultiplyAdd(left, b0, c[i][0]);
      c[i][1] = fusedMultiplyAdd(left, b1, c[i][1]);
    }
  }
  return b;
}

template <int Rows>
inline void loadTile(Vector (&c)[Rows][2], const float* from, size_t stride) {
#pragma GCC unroll 16
  for (int i = 0; i < Rows; i++) {
    c[i][0] = load(from + i * stride);
    c[i][1] = load(from + i * stride + width);
  }
}

template <int Rows>
inline void storeTile(const Vector (&c)[Rows][2], float* to, size_t stride) {
#pragma GCC unroll 16
  for (int i = 0; i < Rows; i++) {
    store(to + i * stride, c[i][0]);
    store(to + i * stride + width, c[i][1]);
  }
}

/** One panel of `tileColumns` columns: where its chains start and where they go. A stride of 0 starts all rows alike. */
struct Panel {
  const Segment* segments;
  int numSegments;
  const float* packed;
  const float* start;
  size_t startStride;
  float* result;
  size_t resultStride;
};

template <int Rows>
__attribute__((noinline)) void multiplyTile(const Panel& panel, size_t row) {
  Vector c[Rows][2];
  loadTile<Rows>(c, panel.start + row * panel.startStride, panel.startStride);
  const float* b = panel.packed;
  for (int s = 0; s < panel.numSegments; s++) b = chainRows<Rows>(c, panel.segments[s], row, b);
  storeTile<Rows>(c, panel.result + row * panel.resultStride, panel.resultStride);
}

/** A tile of packed left columns: result += left^T right, chains carried on from what `result` holds. */
template <int Rows>
__attribute__((noinline)) void addPackedTile(const float* a, const float* b, int count, float* result, size_t stride) {
  Vector c[Rows][2];
  loadTile<Rows>(c, result, stride);
  chainPacked<Rows>(c, a, tileRows, b, count);
  storeTile<Rows>(c, result, stride);
}

template <int Rows>
void multiplyRows(const Panel& panel, size_t row, int rows) {
  if (rows == Rows) multiplyTile<Rows>(panel, row);
  else if constexpr (Rows > 1) multiplyRows<Rows - 1>(panel, row, rows);
}

template <int Rows>
void addPackedRows(int rows, const float* a, const float* b, int count, float* result, size_t stride) {
  if (rows == Rows) addPackedTile<Rows>(a, b, count, result, stride);
  else if constexpr (Rows > 1) addPackedRows<Rows - 1>(rows, a, b, count, result, stride);
}

/** All rows of a panel, in tiles of nearly equal height: a tile of one or two rows would wait for its own sums. */
inline void multiplyPanel(const Panel& panel, int rows) {
  const int numTiles = (rows + tileRows - 1) / tileRows;
  for (int tile = 0, row = 0; tile < numTiles; tile++) {
    const int height = (rows - row) / (numTiles - tile);
    multiplyRows<tileRows>(panel, row, height);
    row += height;
  }
}

inline int roundUp(int value) { return (value + tileColumns - 1) / tileColumns * tileColumns; }

} // namespace
