// Subnormal numbers count as zero, read and written: vanishing gradients would slow a step down many times, and machines differ in
// what they do by default. Set inside a call only: JavaScript needs its own mode back.
#pragma once
#include <cstdint>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace bridle {

class FlushSubnormals {
 public:
#if defined(__x86_64__)
  FlushSubnormals() : before(_mm_getcsr()) { _mm_setcsr(0x1f80 | 0x8040); } // no traps, to nearest, FTZ and DAZ
  ~FlushSubnormals() { _mm_setcsr(before); }
#elif defined(__aarch64__)
  FlushSubnormals() {
    asm volatile("mrs %0, fpcr" : "=r"(before));
    asm volatile("msr fpcr, %0" : : "r"(uint64_t(1) << 24)); // FZ
  }
  ~FlushSubnormals() { asm volatile("msr fpcr, %0" : : "r"(before)); }
#endif
  FlushSubnormals(const FlushSubnormals&) = delete;
  FlushSubnormals& operator=(const FlushSubnormals&) = delete;

 private:
#if defined(__aarch64__)
  uint64_t before = 0;
#else
  uint32_t before = 0;
#endif
};

} // namespace bridle
