// SPDX-License-Identifier: Apache-2.0
// Reading what the kernel shows of its lists: fdinfo of epoll descriptors, /proc/PID/timers.
#include "kernel_words.h"

#include <fcntl.h>

#include <cerrno>
#include <cstring>

#include "../base/line.h"
#include "../base/system.h"
#include "../ledger/segment.h"

namespace leakhook::life {
namespace {

std::uint64_t parse_hex(const char* at) {
  std::uint64_t value = 0;
  for (;; ++at) {
    if (*at >= '0' && *at <= '9')
      value = value << 4 | static_cast<unsigned>(*at - '0');
    else if (*at >= 'a' && *at <= 'f')
      value = value << 4 | static_cast<unsigned>(*at - 'a' + 10);
    else
      return value;
  }
}

/// The number behind `name`, after the first `before` and blanks; null: not in this line.
const char* number_behind(const char* line, const char* name, char before) {
  const char* found = std::strstr(line, name);
  if (found == nullptr) return nullptr;
  const char* at = std::strchr(found + std::strlen(name) - 1, before);
  if (at != nullptr) ++at;
  while (at != nullptr && *at == ' ') ++at;
  return at;
}

}  // namespace

/// Takes the numbers of a file's lines, which are short. False: it cannot be read.
bool KernelWords::visit_lines(const char* path, const char* name, char before) {
  const long fd = sys::open(path, O_RDONLY | O_CLOEXEC);
  if (sys::failed(fd)) return false;
  char buffer[4096];
  std::size_t have = 0;
  long got;
  while ((got = sys::read(static_cast<int>(fd), buffer + have, sizeof buffer - 1 - have)) > 0) {
    have += static_cast<std::size_t>(got);
    buffer[have] = 0;
    char* line = buffer;
    while (char* end = std::strchr(line, '\n')) {
      *end = 0;
      if (const char* number = number_behind(line, name, before)) words_.push(parse_hex(number));
      line = end + 1;
    }
    have -= static_cast<std::size_t>(line - buffer);
    std::memmove(buffer, line, have);
    if (have == sizeof buffer - 1) have = 0;  // no line of ours
  }
  sys::close(static_cast<int>(fd));
  return true;
}

void KernelWords::collect(pid_t service) {
  constexpr std::size_t kMost = 1 << 22;
  if (words_.capacity() == 0 && !words_.reserve(kMost)) return;
  const auto* records = ledger::segment.records<FdRecord>(Region::fds);
  const std::uint64_t count =
      ledger::segment.extent(Region::fds).committed.load() / sizeof(FdRecord);
  for (std::uint64_t fd = 0; fd < count; ++fd) {
    // An inherited descriptor may be one, too: nobody asked the kernel what it is.
    if (records[fd].kind != Kind::epoll && records[fd].kind != Kind::other_fd) continue;
    Text<64> theirs, ours;
    theirs << "/proc/" << service << "/fdinfo/" << fd;
    ours << "/proc/self/fdinfo/" << fd;
    // tfd: 5 events: 19 data: 55…; ours where we may not look at the service's
    if (!visit_lines(theirs.c_str(), "data:", ' ')) visit_lines(ours.c_str(), "data:", ' ');
  }
  Text<64> timers;
  timers << "/proc/" << service << "/timers";
  visit_lines(timers.c_str(), "signal:", '/');  // signal: 10/000055…
}

}  // namespace leakhook::life
