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

/** The remainder of 16 bytes of message, and of what follows them. */
BRIDLE_CARRYLESS uint32_t finish(__m128i sum, const uint8_t* bytes, size_t length) {
  size_t at = 0;
  for (; at + 16 <= length; at += 16) sum = fold<128>(sum, load(bytes + at));
  uint8_t last[16];
  _mm_storeu_si128(reinterpret_cast<__m128i*>(last), sum);
  return byBytes(byBytes(0, last, sizeof last), bytes + at, length - at);
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
  return finish(fold<128>(fold<128>(fold<128>(a, b), c), d), bytes + at, length - at);
}

#define BRIDLE_WIDE __attribute__((target("vpclmulqdq,avx2,pclmul")))

BRIDLE_WIDE __m256i load2(const uint8_t* bytes) { return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(bytes)); }

/** Moves twice 16 bytes of message forward by 1,024 bits. */
BRIDLE_WIDE __m256i fold2(__m256i sum, __m256i next) {
  constexpr int64_t low = powerOfX(1024 + 32), high = powerOfX(1024 - 32);
  const __m256i factors = _mm256_set_epi64x(high, low, high, low);
  const __m256i products =
      _mm256_xor_si256(_mm256_clmulepi64_epi128(sum, factors, 0x00), _mm256_clmulepi64_epi128(sum, factors, 0x11));
  return _mm256_xor_si256(products, next);
}

/** The remainder of 128 bytes or more, where one instruction multiplies twice. */
BRIDLE_WIDE uint32_t byWideFolding(uint32_t remainder, const uint8_t* bytes, size_t length) {
  __m256i sums[4];
  for (int i = 0; i < 4; i++) sums[i] = load2(bytes + 32 * i);
  sums[0] = _mm256_xor_si256(sums[0], _mm256_set_epi32(0, 0, 0, 0, 0, 0, 0, int(remainder)));
  size_t at = 128;
  for (; at + 128 <= length; at += 128) {
    for (int i = 0; i < 4; i++) sums[i] = fold2(sums[i], load2(bytes + at + 32 * i));
  }
  __m128i sum = _mm256_castsi256_si128(sums[0]);
  for (int i = 0; i < 4; i++) {
    if (i > 0) sum = fold<128>(sum, _mm256_castsi256_si128(sums[i]));
    sum = fold<128>(sum, _mm256_extracti128_si256(sums[i], 1));
  }
  return finish(sum, bytes + at, length - at);
}

const bool isWide = __builtin_cpu_supports("vpclmulqdq") != 0 && __builtin_cpu_supports("avx2") != 0;

} // namespace

bool canChecksum() { return __builtin_cpu_supports("pclmul") != 0; }

uint32_t checksum(uint32_t before, const uint8_t* bytes, size_t length) {
  if (length < 64) return ~byBytes(~before, bytes, length);
  return ~(isWide && length >= 256 ? byWideFolding : byFolding)(~before, bytes, length);
}
#else
bool canChecksum() { return false; }
uint32_t checksum(uint32_t before, const uint8_t*, size_t) { return before; }
#endif

} // namespace bridle
