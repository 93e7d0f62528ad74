// SPDX-License-Identifier: Apache-2.0
// What are the lines of a file of /proc? Read piece by piece into a buffer on the stack.
//
// Async-signal-safe: raw system calls, no heap.
#pragma once
#include <fcntl.h>

#include <cerrno>
#include <cstddef>
#include <cstring>

#include "system.h"

namespace leakhook {

/// A line is no longer than a path and a hundred bytes.
inline constexpr std::size_t kLongestLine = 8192;

/// Calls visit(const char*) for each line, without its end. False: the file cannot be read to its
/// end, or has a longer line.
template <class Visit>
bool for_each_line(const char* path, Visit&& visit) {
  const long fd = sys::open(path, O_RDONLY | O_CLOEXEC);
  if (sys::failed(fd)) return false;
  char buffer[kLongestLine];
  std::size_t have = 0;
  long got = -ENOBUFS;
  while (have < sizeof buffer) {
    got = sys::read(static_cast<int>(fd), buffer + have, sizeof buffer - have);
    if (got == -EINTR) continue;
    if (got <= 0) break;
    have += static_cast<std::size_t>(got);
    char* line = buffer;
    while (auto* end = static_cast<char*>(
               std::memchr(line, '\n', have - static_cast<std::size_t>(line - buffer)))) {
      *end = 0;
      visit(static_cast<const char*>(line));
      line = end + 1;
    }
    have -= static_cast<std::size_t>(line - buffer);
    std::memmove(buffer, line, have);
  }
  sys::close(static_cast<int>(fd));
  return got == 0;
}

}  // namespace leakhook
