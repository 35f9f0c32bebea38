// How the core ends a call that cannot go on. Each face defines both: the addon throws, and the WebAssembly module, which has no
// exceptions, calls a function of JavaScript that throws.
#pragma once
#include <cstdint>

namespace bridle {

/** The batch holds a number that no network of its shape can read: `what` is "id" or "class", wanted is 0 to `limit` - 1. */
[[noreturn]] void refuseBatch(const char* what, int64_t value, int limit);

/** There is no memory left. Whatever asked for it is still whole. */
[[noreturn]] void refuseMemory();

} // namespace bridle
