// SPDX-License-Identifier: Apache-2.0
// System calls without libc: no errno, no cancellation point, no hook of ours on the way.
//
// Every function is async-signal-safe and returns what the kernel returns: a value, or −errno.
#pragma once
#include <cstddef>
#include <cstdint>
#include <ctime>

#include "pages.h"
#include "processor.h"

namespace leakhook::sys {

template <class T>
long word(T* pointer) {
  return reinterpret_cast<long>(pointer);
}

inline bool failed(long result) { return result < 0 && result > -4096; }

inline long open(const char* path, int flags, int mode = 0) {
  return call(SYS_openat, -100, word(path), flags, mode);
}
inline long close(int fd) { return call(SYS_close, fd); }
inline long read(int fd, void* to, std::size_t size) {
  return call(SYS_read, fd, word(to), static_cast<long>(size));
}
inline long write(int fd, const void* from, std::size_t size) {
  return call(SYS_write, fd, word(from), static_cast<long>(size));
}
inline long getpid() { return call(SYS_getpid); }
inline long gettid() { return call(SYS_gettid); }

/// A child that runs body(argument) on a stack of its own and exits with the result. `flags` as
/// clone(2), with CLONE_VM; `parent_tid` and `child_tid` for CLONE_PARENT_SETTID and
/// CLONE_CHILD_CLEARTID. Returns the pid, or −errno.
/// Not libc's clone: that is a function which programs may interpose, as we do.
long clone_call(int (*body)(void*), void* stack_end, unsigned long flags, void* argument,
                void* parent_tid = nullptr, void* child_tid = nullptr);

/// Calls visit(number) for each entry of an open folder (of /proc) whose name is a number. False:
/// the folder cannot be read.
template <class Visit>
bool for_each_number_in(int folder, Visit&& visit) {
  struct Entry {
    std::uint64_t inode;
    std::int64_t offset;
    unsigned short size;
    unsigned char type;
    char name[];
  };
  alignas(Entry) char buffer[2048];
  long got;
  while ((got = call(SYS_getdents64, folder, word(buffer), sizeof buffer)) > 0) {
    for (long at = 0; at < got;) {
      const auto* entry = reinterpret_cast<const Entry*>(buffer + at);
      at += entry->size;
      int number = 0;
      const char* digit = entry->name;
      for (; *digit >= '0' && *digit <= '9'; ++digit) number = number * 10 + (*digit - '0');
      if (digit != entry->name && *digit == 0) visit(number);
    }
  }
  return got == 0;
}

/// Reads a file (of /proc) from its start: the bytes that fit, or −errno. `more`: flags of open(2).
long read_file(const char* path, char* to, std::size_t size, int more = 0);

/// The bytes of a file (of /proc) that fit, as a text. False: it cannot be read, or is empty.
template <std::size_t kSize>
bool read_text(const char* path, char (&text)[kSize]) {
  const long got = read_file(path, text, kSize - 1);
  text[got > 0 ? got : 0] = 0;
  return got > 0;
}

/// Writes everything, through interruptions and short writes. False: the rest could not be written.
bool write_all(int fd, const void* from, std::size_t size);

/// Keeps errno, makes no system call.
std::uint64_t nanoseconds(clockid_t clock);
/// From now on who reads the processor's counter is ended by SIGSEGV (prctl(PR_SET_TSC), the strict
/// mode of seccomp), in libc's clocks, too. nanoseconds() does with those that stand still between
/// two ticks.
void counter_is_forbidden();
bool may_read_counter();

}  // namespace leakhook::sys
