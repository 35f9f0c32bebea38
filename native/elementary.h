// exp, tanh and the logistic function on vectors: argument reduction by Cody and Waite 1980, minimax polynomials of our own
// (native/fit_polynomials.py). Errors over every float32: see docs/numerics.md; test/unit/native/native-kernels.test.ts holds them.
#pragma once
#include "vector.h"

namespace {

/** x = n ln 2 + r; `tail` is e^r - 1. */
struct Reduced {
  Vector tail;
  IntVector exponent; // n << 23: added to the bits of a float it multiplies by 2^n
};

inline Reduced reduce(Vector x) {
  const Vector shift = broadcast(12582912.0f); // 1.5 * 2^23: adding it rounds to an integer, which then lies in the low bits
  const Vector shifted = fusedMultiplyAdd(x, broadcast(1.44269504f), shift);
  const Vector n = shifted - shift;
  Vector r = fusedMultiplyAdd(n, broadcast(-0.693359375f), x); // exact
  r = fusedMultiplyAdd(n, broadcast(2.12194440e-4f), r);
  Vector p = broadcast(1.99156188e-4f);
  p = fusedMultiplyAdd(p, r, broadcast(1.39461434e-3f));
  p = fusedMultiplyAdd(p, r, broadcast(8.33326951e-3f));
  p = fusedMultiplyAdd(p, r, broadcast(4.16662693e-2f));
  p = fusedMultiplyAdd(p, r, broadcast(1.66666672e-1f));
  p = fusedMultiplyAdd(p, r, broadcast(0.5f));
  return {fusedMultiplyAdd(p, r * r, r), asInt(shifted) << 23};
}

/** e^x for x from -87 to 88: results neither overflow nor are subnormal. */
inline Vector expWithinRange(Vector x) {
  const Reduced reduced = reduce(x);
  return asFloat(asInt(reduced.tail + broadcast(1.0f)) + reduced.exponent);
}

/** e^x for x <= 0; 0 where float32 has only subnormal numbers left. NaN gives NaN. */
inline Vector expOfNegative(Vector x) {
  const Vector lowest = broadcast(-87.0f);
  const Vector inside = x < lowest ? lowest : x;
  return x < lowest ? broadcast(0.0f) : expWithinRange(inside);
}

/** 1 / (1 + e^-x), by e = e^-|x|, which never overflows: with r = e / (1 + e) it is 1 - r, or e (1 - r) for negative x. */
inline Vector logistic(Vector x) {
  const Vector one = broadcast(1.0f);
  const Vector zero = broadcast(0.0f);
  const Vector e = expOfNegative(x > zero ? zero - x : x);
  const Vector r = e / (one + e);
  return x > zero ? one - r : fusedMultiplyAdd(zero - e, r, e);
}

/** tanh: an odd polynomial up to 0.551, beyond it 1 - 2 e / (1 + e) with e = e^(-2|x|). */
inline Vector hyperbolicTangent(Vector x) {
  const Vector zero = broadcast(0.0f);
  const Vector one = broadcast(1.0f);
  const Vector magnitude = x > zero ? x : zero - x;
  const Vector square = x * x;
  Vector p = broadcast(-6.27495209e-3f);
  p = fusedMultiplyAdd(p, square, broadcast(2.10727714e-2f));
  p = fusedMultiplyAdd(p, square, broadcast(-5.38527332e-2f));
  p = fusedMultiplyAdd(p, square, broadcast(1.33325920e-1f));
  p = fusedMultiplyAdd(p, square, broadcast(-3.33333164e-1f));
  const Vector nearZero = fusedMultiplyAdd(p * square, magnitude, magnitude);

  const Vector highest = broadcast(20.0f); // tanh is 1 long before
  const Vector bounded = magnitude > highest ? highest : magnitude;
  const Vector e = expWithinRange(zero - (bounded + bounded));
  const Vector farFromZero = one - (e + e) / (one + e);

  const Vector result = magnitude < broadcast(0.551f) ? nearZero : farFromZero;
  const IntVector signBit = asInt(broadcast(-0.0f));
  return asFloat((asInt(result) & ~signBit) | (asInt(x) & signBit));
}

} // namespace
