// CRC-32 by carry-less multiplication: Gopal and others, "Fast CRC Computation for Generic Polynomials Using PCLMULQDQ
// Instruction" (Intel 2009). A polynomial is a remainder's bits, the highest power in the lowest bit, as zlib has them.
#include "checksum.h"
#if defined(__x86_64__)
#include <array>
#include <immintrin.h>
#endif

namespace bridle {

#if defined(__x86_64__)
namespace {

constexpr uint32_t timesX(uint32_t remainder) { return (remainder >> 1) ^ ((remainder & 1) != 0 ? 0xedb88320u : 0); }

/** x^power, shifted by the bit that the product of two reflected numbers is short of. */
constexpr int64_t powerOfX(int power) {
  uint32_t remainder = 0x80000000u; // 1
  for (int i = 0; i < power; i++) remainder = timesX(remainder);
  return int64_t(remainder) << 1;
}

constexpr std::array<uint32_t, 256> makeTable() {
  std::array<uint32_t, 256> table{};
  for (uint32_t byte = 0; byte < 256; byte++) {
    uint32_t remainder = byte;
    for (int bit = 0; bit < 8; bit++) remainder = timesX(remainder);
    table[byte] = remainder;
  }
  return table;
}
constexpr std::array<uint32_t, 256> table = makeTable();

uint32_t byBytes(uint32_t remainder, const uint8_t* bytes, size_t length) {
  for (size_t i = 0; i < length; i++) remainder = (remainder >> 8) ^ table[(remainder ^ bytes[i]) & 255];
  return remainder;
}

#define BRIDLE_CARRYLESS __attribute__((target("pclmul,sse2")))

BRIDLE_CARRYLESS __m128i load(const uint8_t* bytes) { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes)); }

/** Moves 16 bytes of message forward by `bits` and adds what lies there: the halves take x^(bits + 32) and x^(bits - 32). */
template <int bits>
BRIDLE_CARRYLESS __m128i fold(__m128i sum, __m128i next) {
  constexpr int64_t low = powerOfX(bits + 32), high = powerOfX(bits - 32);
  const __m128i factors = _mm_set_epi64x(high, low);
  const __m128i products =
      _mm_xor_si128(_mm_clmulepi64_si128(sum, factors, 0x00), _mm_clmulepi64_si128(sum, factors, 0x11));
  return _mm_xor_si128(products, next);
}

/** The remainder of 64 bytes or more. */
BRIDLE_CARRYLESS uint32_t byFolding(uint32_t remainder, const uint8_t* bytes, size_t length) {
  // Four sums, since a product takes longer than the next one can be begun.
  __m128i a = _mm_xor_si128(load(bytes), _mm_cvtsi32_si128(int(remainder)));
  __m128i b = load(bytes + 16), c = load(bytes + 32), d = load(bytes + 48);
  size_t at = 64;
  for (; at + 64 <= length; at += 64) {
    a = fold<512>(a, load(bytes + at));
    b = fold<512>(b, load(bytes + at + 16));
    c = fold<512>(c, load(bytes + at + 32));
    d = fold<512>(d, load(bytes + at + 48));
  }
  a = fold<128>(fold<128>(fold<128>(a, b), c), d);
  for (; at + 16 <= length; at += 16) a = fold<128>(a, load(bytes + at));
  uint8_t last[16];
  _mm_storeu_si128(reinterpret_cast<__m128i*>(last), a);
  return byBytes(byBytes(0, last, sizeof last), bytes + at, length - at);
}

} // namespace

bool canChecksum() { return __builtin_cpu_supports("pclmul") != 0; }

uint32_t checksum(uint32_t before, const uint8_t* bytes, size_t length) {
  return ~(length < 64 ? byBytes(~before, bytes, length) : byFolding(~before, bytes, length));
}
#else
bool canChecksum() { return false; }
uint32_t checksum(uint32_t before, const uint8_t*, size_t) { return before; }
#endif

} // namespace bridle
