// A vector of W floats and its fused multiply-add, for the instruction set that this file is compiled for. Nothing else here
// depends on the machine: a lane gives the same bits on each, and no operation mixes lanes. WebAssembly has no such instruction:
// there it rounds twice, so that module's bits are its own.
#pragma once
#include <cstdint>
#include <cstring>

#if defined(BRIDLE_PORTABLE)
#if defined(__SSE2__)
#include <emmintrin.h>
#endif
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
#elif defined(__wasm_simd128__)
#define BRIDLE_WIDTH 4
#else
#error "Neither vectors nor BRIDLE_PORTABLE: no way to multiply and add with one rounding"
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

#if defined(BRIDLE_PORTABLE) && defined(__SSE2__)
/** `sum` = product + addend rounded to odd where it is not exact: rounding that to float32 is as good as rounding once (Boldo and
 *  Melquiond 2008). */
__attribute__((noinline)) inline __m128d roundToOdd(__m128d product, __m128d addend, __m128d sum) {
  typedef int64_t Bits __attribute__((vector_size(16)));
  const __m128d part = sum - product;
  const __m128d error = (product - (sum - part)) + (addend - part); // exact (Knuth's TwoSum)
  const Bits bits = reinterpret_cast<Bits>(sum);
  const Bits isInexact = Bits(error > 0) | Bits(error < 0); // neither for NaN
  const Bits isEven = (bits & 1) - 1;
  // Away from zero where the error has the sum's sign, else towards it.
  const Bits step = (((reinterpret_cast<Bits>(error) ^ bits) >> 63) << 1) + 1;
  return reinterpret_cast<__m128d>(bits + (step & isInexact & isEven));
}

/** a * b + c with one rounding, for processors without the instruction: the product is exact in float64. */
inline Vector fusedMultiplyAdd(Vector a, Vector b, Vector c) {
  const __m128d product[2] = {_mm_cvtps_pd(a) * _mm_cvtps_pd(b),
                              _mm_cvtps_pd(_mm_movehl_ps(a, a)) * _mm_cvtps_pd(_mm_movehl_ps(b, b))};
  const __m128d addend[2] = {_mm_cvtps_pd(c), _mm_cvtps_pd(_mm_movehl_ps(c, c))};
  __m128d sum[2] = {product[0] + addend[0], product[1] + addend[1]};
  // Rounding twice goes wrong only for a float64 in the middle between two float32 numbers: its last 29 bits are 100...0.
  const __m128i lowWords = _mm_castps_si128(_mm_shuffle_ps(_mm_castpd_ps(sum[0]), _mm_castpd_ps(sum[1]), 0x88));
  const __m128i isHalfway =
      _mm_cmpeq_epi32(_mm_and_si128(lowWords, _mm_set1_epi32(0x1fffffff)), _mm_set1_epi32(0x10000000));
  if (__builtin_expect(_mm_movemask_epi8(isHalfway) != 0, 0)) {
    for (int half = 0; half < 2; half++) sum[half] = roundToOdd(product[half], addend[half], sum[half]);
  }
  return Vector(_mm_movelh_ps(_mm_cvtpd_ps(sum[0]), _mm_cvtpd_ps(sum[1])));
}
#elif defined(BRIDLE_PORTABLE)
inline Vector fusedMultiplyAdd(Vector a, Vector b, Vector c) {
  Vector result;
  for (int lane = 0; lane < width; lane++) result[lane] = __builtin_fmaf(a[lane], b[lane], c[lane]);
  return result;
}
#elif BRIDLE_WIDTH == 16
inline Vector fusedMultiplyAdd(Vector a, Vector b, Vector c) { return Vector(_mm512_fmadd_ps(a, b, c)); }
#elif BRIDLE_WIDTH == 8
inline Vector fusedMultiplyAdd(Vector a, Vector b, Vector c) { return Vector(_mm256_fmadd_ps(a, b, c)); }
#elif defined(__wasm_simd128__)
inline Vector fusedMultiplyAdd(Vector a, Vector b, Vector c) { return a * b + c; }
#else
inline Vector fusedMultiplyAdd(Vector a, Vector b, Vector c) { return Vector(vfmaq_f32(c, a, b)); }
#endif

} // namespace
