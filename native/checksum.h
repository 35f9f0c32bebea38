// CRC-32 (IEEE 802.3) of what comes over a socket, at the speed of memory.
#pragma once
#include <cstddef>
#include <cstdint>

namespace bridle {

/** Whether this processor multiplies without carries; without that zlib is as fast. */
bool canChecksum();

/** The CRC-32 of `bytes` behind what has the CRC-32 `before`, as zlib gives it; wants `canChecksum`. */
uint32_t checksum(uint32_t before, const uint8_t* bytes, size_t length);

} // namespace bridle
