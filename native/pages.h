// Files laid over pages of a process's memory (mmap(2)): what is written there is in the file, without a copy.
#pragma once
#include <cstddef>
#include <cstdint>

namespace bridle {

/** Bytes that addresses, sizes and positions are a multiple of. */
size_t pageBytes();

/**
 * Lays `bytes` of the file `fd`, from `position`, over the memory at `address`. With `isWritable` what is written goes to the
 * file, whose memory is claimed first; otherwise the memory shows the file and must not be written.
 * Returns 0, or the errno of what failed: the memory is then as it was.
 */
int layFileOver(void* address, size_t bytes, int fd, int64_t position, bool isWritable);

} // namespace bridle
