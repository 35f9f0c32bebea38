#include "pages.h"
#include <cerrno>
#if defined(__linux__)
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#endif

namespace bridle {

#if defined(__linux__)
size_t pageBytes() { return size_t(sysconf(_SC_PAGESIZE)); }

int layFileOver(void* address, size_t bytes, int fd, int64_t position, bool isWritable) {
  struct stat file {};
  if (fstat(fd, &file) != 0) return errno;
  // Reading beyond a file's end, or writing where the file system is full, would end the process.
  if (position < 0 || int64_t(file.st_size) < position + int64_t(bytes)) return EINVAL;
  if (isWritable) {
    const int refused = posix_fallocate(fd, position, off_t(bytes));
    if (refused != 0) return refused;
  }
  // Private where it is read only: an accident of this process must not reach the others. Pages that nobody here has written
  // show the file as it is.
  const int protection = isWritable ? PROT_READ | PROT_WRITE : PROT_READ;
  const int sharing = isWritable ? MAP_SHARED : MAP_PRIVATE;
  void* mapped = mmap(address, bytes, protection, sharing | MAP_FIXED, fd, off_t(position));
  return mapped == MAP_FAILED ? errno : 0;
}
#else
size_t pageBytes() { return 4096; }
int layFileOver(void*, size_t, int, int64_t, bool) { return ENOSYS; }
#endif

} // namespace bridle
