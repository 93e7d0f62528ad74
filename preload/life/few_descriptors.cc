// SPDX-License-Identifier: Apache-2.0
// Closing all but a few.
#include "few_descriptors.h"

#include <fcntl.h>

#include "../base/line.h"
#include "../base/system.h"
#include "../ledger/segment.h"

namespace leakhook::life {
namespace {

void close_all(unsigned first, unsigned last) {
  if (!sys::failed(sys::call(SYS_close_range, first, last, 0))) return;
  // Kernels before 5.9, or a filter that does not know it.
  const long folder = sys::open("/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (sys::failed(folder)) return;
  sys::for_each_number_in(static_cast<int>(folder), [=](int fd) {
    const auto number = static_cast<unsigned>(fd);
    if (number >= first && number <= last && fd != folder) sys::close(fd);
  });
  sys::close(static_cast<int>(folder));
}

}  // namespace

void keep_few_descriptors(bool wants_picture) {
  const auto records = ledger::segment.all<FdRecord>(Region::fds);
  const std::uint64_t known = wants_picture ? records.size() : 0;
  unsigned from = 3;
  for (unsigned fd = 3; fd < known; ++fd) {
    if (records[fd].kind != Kind::epoll) continue;
    if (fd > from) close_all(from, fd - 1);
    from = fd + 1;
  }
  close_all(from, ~0u);
  if (!is_stderr_ours()) sys::close(2);
  const long null = sys::open("/dev/null", O_RDWR);
  for (int fd = 0; fd <= 2 && null >= 0; ++fd)
    if (sys::call(SYS_fcntl, fd, F_GETFD) < 0) sys::call(SYS_dup3, null, fd, 0);
  if (null > 2) sys::close(static_cast<int>(null));
}

}  // namespace leakhook::life
