// Philox4x32-10: a counter-based generator (Salmon, Moraes, Dror and Shaw 2011), as src/random/philox.ts has it.
#pragma once
#include <cstdint>

namespace bridle {

/** The four words of block `block` of a stream. */
inline void philox(const uint32_t* key, uint64_t block, uint32_t* words) {
  uint32_t k0 = key[0], k1 = key[1];
  uint32_t c0 = uint32_t(block), c1 = uint32_t(block >> 32), c2 = 0, c3 = 0;
  for (int round = 0; round < 10; round++) {
    const uint64_t a = uint64_t(0xd2511f53) * c0, b = uint64_t(0xcd9e8d57) * c2;
    c0 = uint32_t(b >> 32) ^ c1 ^ k0;
    c1 = uint32_t(b);
    c2 = uint32_t(a >> 32) ^ c3 ^ k1;
    c3 = uint32_t(a);
    k0 += 0x9e3779b9;
    k1 += 0xbb67ae85;
  }
  words[0] = c0, words[1] = c1, words[2] = c2, words[3] = c3;
}

} // namespace bridle
