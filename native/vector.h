// A vector of W floats and its fused multiply-add, for the instruction set that this file is compiled for. Nothing else here
// depends on the machine: a lane gives the same bits on each, and no operation mixes lanes.
#pragma once
#include <cstdint>
#include <cstring>

#if defined(BRIDLE_PORTABLE)
#define BRIDLE_WIDTH 4
#elif defined(__AVX512F__)
#include <immintrin.h>
#define BRIDLE_WIDTH 16
#elif defined(__AVX2__) && defined(__FMA__)
#include <immintrin.h>
#define BRIDLE_WIDTH 8
#elif defined(__aarch64__)
#include <arm_neon.h>
#define BRIDLE_WIDTH 4
#else
#define BRIDLE_PORTABLE 1
#define BRIDLE_WIDTH 4
#endif

namespace {

constexpr int width = BRIDLE_WIDTH;
typedef float Vector __attribute__((vector_size(BRIDLE_WIDTH * 4)));
typedef float UnalignedVector __attribute__((vector_size(BRIDLE_WIDTH * 4), aligned(4), may_alias));
typedef int32_t IntVector __attribute__((vector_size(BRIDLE_WIDTH * 4)));

inline Vector load(const float* from) { return *reinterpret_cast<const UnalignedVector*>(from); }
inline void store(float* to, Vector value) { *reinterpret_cast<UnalignedVector*>(to) = value; }
inline Vector broadcast(float value) {
#if BRIDLE_WIDTH == 16
  return Vector(_mm512_set1_ps(value));
#elif BRIDLE_WIDTH == 8
  return Vector(_mm256_set1_ps(value));
#else
  return Vector{value, value, value, value};
#endif
}
inline IntVector asInt(Vector value) { return reinterpret_cast<IntVector>(value); }
inline Vector asFloat(IntVector value) { return reinterpret_cast<Vector>(value); }

#ifdef BRIDLE_PORTABLE
typedef double DoubleVector __attribute__((vector_size(32)));
typedef int64_t LongVector __attribute__((vector_size(32)));

/**
 * a * b + c with one rounding, for machines without the instruction. The product is exact in float64; the sum is rounded to
 * odd, so that rounding it once more, to float32, is as good as rounding once (Boldo and Melquiond 2008).
 */
inline Vector fusedMultiplyAdd(Vector a, Vector b, Vector c) {
  const DoubleVector product = __builtin_convertvector(a, DoubleVector) * __builtin_convertvector(b, DoubleVector);
  const DoubleVector addend = __builtin_convertvector(c, DoubleVector);
  const DoubleVector sum = product + addend;
  const DoubleVector part = sum - product;
  const DoubleVector error = (product - (sum - part)) + (addend - part); // exact (Knuth's TwoSum)
  const LongVector bits = reinterpret_cast<LongVector>(sum);
  const LongVector isInexact = (error > 0) | (error < 0); // neither for NaN
  const LongVector isEven = (bits & 1) == 0;
  // Away from zero where the error has the sum's sign, else towards it.
  const LongVector step = (((reinterpret_cast<LongVector>(error) ^ bits) >> 63) << 1) + 1;
  const LongVector odd = bits + (step & isInexact & isEven);
  return __builtin_convertvector(reinterpret_cast<DoubleVector>(odd), Vector);
}
#elif BRIDLE_WIDTH == 16
inline Vector fusedMultiplyAdd(Vector a, Vector b, Vector c) { return Vector(_mm512_fmadd_ps(a, b, c)); }
#elif BRIDLE_WIDTH == 8
inline Vector fusedMultiplyAdd(Vector a, Vector b, Vector c) { return Vector(_mm256_fmadd_ps(a, b, c)); }
#else
inline Vector fusedMultiplyAdd(Vector a, Vector b, Vector c) { return Vector(vfmaq_f32(c, a, b)); }
#endif

} // namespace
