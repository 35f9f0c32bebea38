// The face of the WebAssembly module: plain functions on its own memory. It trusts src/kernels/wasm-addon.ts with the sizes of
// everything, and checks what lies in it.
#include "failure.h"
#include "network.h"
#include <cstdlib>
#include <new>

namespace {

/** Imported from JavaScript, where it throws: 0 no memory, 1 an id, 2 a class. */
extern "C" [[noreturn]] __attribute__((import_module("bridle"), import_name("refuse"))) void
refuse(int what, int value, int limit);

/** A network and what a call needs beside it: kept, for a refusal runs no destructor. */
struct Handle {
  bridle::Network network;
  std::vector<bridle::Shard> shards;
  std::vector<float*> grads;
};

} // namespace

namespace bridle {

void refuseBatch(const char* what, int64_t value, int limit) { refuse(what[0] == 'i' ? 1 : 2, int(value), limit); }
void refuseMemory() { refuse(0, 0, 0); }

} // namespace bridle

/** libc++ would bring printf to say why it ends; what is left is a trap, which JavaScript catches. */
_LIBCPP_BEGIN_NAMESPACE_STD
[[noreturn]] void __libcpp_verbose_abort(const char*, ...) noexcept { __builtin_trap(); }
_LIBCPP_END_NAMESPACE_STD

void* operator new(size_t bytes) {
  void* memory = std::malloc(bytes);
  if (!memory) bridle::refuseMemory();
  return memory;
}
void* operator new(size_t bytes, const std::nothrow_t&) noexcept { return std::malloc(bytes); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }

#define BRIDLE_EXPORT(name) extern "C" __attribute__((export_name(#name)))

BRIDLE_EXPORT(allocate) void* allocate(size_t bytes) {
  void* memory = std::aligned_alloc(64, (bytes + 63) / 64 * 64);
  if (!memory) bridle::refuseMemory();
  return memory;
}

BRIDLE_EXPORT(release) void release(void* memory) { std::free(memory); }

BRIDLE_EXPORT(createNetwork)
Handle* createNetwork(int cell, int layers, int hasIds, int inputs, int embedding, int hidden, int directions, int outputs,
                      int loss, int isPerStep, double dropout) {
  const bridle::Shape shape{bridle::Cell(cell), layers, hasIds != 0, inputs, embedding, hidden, directions, outputs,
                            bridle::Loss(loss), isPerStep != 0, dropout};
  return new Handle{{shape, bridle::simd128, 1}, {}, {}};
}

BRIDLE_EXPORT(numParams) size_t numParams(Handle* handle) { return handle->network.shape().numParams(); }

BRIDLE_EXPORT(setParams) void setParams(Handle* handle, const float* params) { handle->network.setParams(params); }

// src/kernels/wasm-addon.ts writes shards and reads results as they lie here.
static_assert(sizeof(bridle::Shard) == 36 && sizeof(bridle::Result) == 24, "shards and results changed");

/** `grads` [shards, params] or null. */
BRIDLE_EXPORT(run)
void run(Handle* handle, int numShards, const bridle::Shard* shards, float* grads, bridle::Result* results) {
  const size_t numParams = handle->network.shape().numParams();
  handle->shards.assign(shards, shards + numShards);
  handle->grads.clear();
  for (int i = 0; grads && i < numShards; i++) handle->grads.push_back(grads + i * numParams);
  handle->network.run(handle->shards, handle->grads, results);
}

BRIDLE_EXPORT(predict) void predict(Handle* handle, const bridle::Shard* shard, float* outputs) {
  handle->shards.assign(shard, shard + 1);
  handle->network.predict(handle->shards, outputs);
}

BRIDLE_EXPORT(elementary) void elementary(int function, const float* input, float* result, size_t count) {
  bridle::simd128.elementary(function, input, result, count);
}
