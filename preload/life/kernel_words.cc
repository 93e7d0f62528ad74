// SPDX-License-Identifier: Apache-2.0
// Reading what the kernel shows of its lists: fdinfo of epoll descriptors, /proc/PID/timers.
#include "kernel_words.h"

#include <cstring>

#include "../base/line.h"
#include "../base/lines.h"
#include "../base/text_numbers.h"
#include "../ledger/segment.h"

namespace leakhook::life {
namespace {

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

/// Takes the numbers of a file's lines. False: it cannot be read.
bool KernelWords::take_numbers(const char* path, const char* name, char before) {
  return for_each_line(path, [&](const char* line) {
    if (const char* number = number_behind(line, name, before)) words_.push(parse_hex(&number));
  });
}

void KernelWords::collect(pid_t service) {
  constexpr std::size_t kMost = 1 << 22;
  if (words_.capacity() == 0 && !words_.reserve(kMost)) return;
  const auto records = ledger::segment.all<FdRecord>(Region::fds);
  for (std::uint64_t fd = 0; fd < records.size(); ++fd) {
    // An inherited descriptor may be one, too: nobody asked the kernel what it is.
    if (records[fd].kind != Kind::epoll && records[fd].kind != Kind::other_fd) continue;
    Text<64> theirs, ours;
    theirs << "/proc/" << service << "/fdinfo/" << fd;
    ours << "/proc/self/fdinfo/" << fd;
    // tfd: 5 events: 19 data: 55…; ours where we may not look at the service's
    if (!take_numbers(theirs.c_str(), "data:", ' ')) take_numbers(ours.c_str(), "data:", ' ');
  }
  Text<64> timers;
  timers << "/proc/" << service << "/timers";
  take_numbers(timers.c_str(), "signal:", '/');  // signal: 10/000055…
}

}  // namespace leakhook::life
