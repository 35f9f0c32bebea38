// Subnormal numbers count as zero, read and written: vanishing gradients would slow a step down many times, and machines differ in
// what they do by default. Set inside a call only: JavaScript needs its own mode back.
// WebAssembly has no such mode: there subnormal numbers are kept.
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
#else
  FlushSubnormals() {}
#endif
  FlushSubnormals(const FlushSubnormals&) = delete;
  FlushSubnormals& operator=(const FlushSubnormals&) = delete;

 private:
#if defined(__aarch64__)
  uint64_t before = 0;
#elif defined(__x86_64__)
  uint32_t before = 0;
#endif
};

} // namespace bridle
