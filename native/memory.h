// Scratch memory that only grows: a network uses the same shapes step after step, so after the first none is asked for.
#pragma once
#include "failure.h"
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace bridle {

/** `Value`s on a boundary of 64 bytes, not initialised. A vector may read and write whole registers beyond the last one. */
template <typename Value>
class Memory {
 public:
  Memory() = default;
  Memory(Memory&& other) noexcept { swap(other); }
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;
  ~Memory() { std::free(values); }

  /** Makes room for `count`; what was there is lost when it has to grow. */
  Value* reserve(size_t count) {
    if (count <= capacity && values) return values;
    std::free(values);
    values = nullptr;
    capacity = 0;
    const size_t bytes = (count * sizeof(Value) + 127) / 64 * 64;
    values = static_cast<Value*>(std::aligned_alloc(64, bytes));
    if (!values) refuseMemory();
    capacity = count;
    return values;
  }

  Value* zeros(size_t count) {
    reserve(count);
    std::memset(static_cast<void*>(values), 0, count * sizeof(Value));
    return values;
  }

  Value* get() const { return values; }

  void swap(Memory& other) noexcept {
    std::swap(values, other.values);
    std::swap(capacity, other.capacity);
  }

 private:
  Value* values = nullptr;
  size_t capacity = 0;
};

} // namespace bridle
