// SPDX-License-Identifier: Apache-2.0
// System calls that take more than one line.
#include "system.h"

#include <fcntl.h>
#include <sys/mman.h>

#include <atomic>
#include <cerrno>

namespace leakhook::sys {
namespace {

constinit std::atomic<bool> counter_forbidden{false};

}  // namespace

void counter_is_forbidden() { counter_forbidden.store(true, std::memory_order_relaxed); }
bool may_read_counter() { return !counter_forbidden.load(std::memory_order_relaxed); }

std::uint64_t nanoseconds(clockid_t clock) {
  if (!may_read_counter())
    clock = clock == CLOCK_REALTIME ? CLOCK_REALTIME_COARSE : CLOCK_MONOTONIC_COARSE;
  timespec now{};
  clock_gettime(clock, &now);  // vdso; keeps errno as these clocks cannot fail
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000 +
         static_cast<std::uint64_t>(now.tv_nsec);
}

void* map(void* at, std::size_t size, int protection, int flags, int fd, std::size_t offset) {
  const long result = call(SYS_mmap, word(at), static_cast<long>(size), protection, flags, fd,
                           static_cast<long>(offset));
  return failed(result) ? nullptr : reinterpret_cast<void*>(result);
}

void* map_apart(std::size_t size) {
  constexpr int kFlags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
  char* all = static_cast<char*>(map(nullptr, kGuard + size + kGuard, PROT_NONE, kFlags));
  if (all == nullptr) return nullptr;
  // By mmap again, as a sandbox that allows it may forbid mprotect, and munmap.
  return map(all + kGuard, size, PROT_READ | PROT_WRITE, kFlags | MAP_FIXED);
}

long unmap(void* address, std::size_t size) {
  return call(SYS_munmap, word(address), static_cast<long>(size));
}

long advise(void* address, std::size_t size, int advice) {
  return call(SYS_madvise, word(address), static_cast<long>(size), advice);
}

long read_file(const char* path, char* to, std::size_t size, int more) {
  const long fd = open(path, O_RDONLY | O_CLOEXEC | more);
  if (failed(fd)) return fd;
  std::size_t have = 0;
  long got = 0;
  while (have < size && (got = read(static_cast<int>(fd), to + have, size - have)) != 0) {
    if (got == -EINTR) continue;
    if (got < 0) break;
    have += static_cast<std::size_t>(got);
  }
  close(static_cast<int>(fd));
  return got < 0 ? got : static_cast<long>(have);
}

bool write_all(int fd, const void* from, std::size_t size) {
  const char* at = static_cast<const char*>(from);
  while (size > 0) {
    const long wrote = write(fd, at, size);
    if (wrote == -EINTR) continue;
    if (wrote <= 0) return false;
    at += wrote;
    size -= static_cast<std::size_t>(wrote);
  }
  return true;
}

}  // namespace leakhook::sys
