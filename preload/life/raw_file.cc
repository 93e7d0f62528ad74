// SPDX-License-Identifier: Apache-2.0
// Names for raw dumps in folders where others may have put what they like.
#include "raw_file.h"

#include <fcntl.h>

#include <cerrno>

#include "../base/system.h"
#include "../contract/file_names.h"
#include "../contract/layout.h"
#include "../ledger/segment.h"

namespace leakhook::life {
namespace {

using ledger::segment;

/// More foreign files of one name are no accident.
constexpr int kMostNames = 100;

/// Is the file at `path` a dump of this very process? Others may have put a link or a pipe there.
bool is_ours(const char* path) {
  alignas(8) char start[offsetof(Header, start_realtime_ns) + 32];
  const long got = sys::read_file(path, start, sizeof start, O_NOFOLLOW | O_NONBLOCK);
  if (got < static_cast<long>(sizeof start)) return false;
  const auto* header = reinterpret_cast<const Header*>(start);
  return header->magic == kSegmentMagic && header->packed == 1 &&
         header->pid == segment.header->pid &&
         header->process_start_ticks == segment.header->process_start_ticks;
}

/// Replaces older dumps of this process, nothing else.
bool rename_over_ours(const Path& from, const Path& to) {
  constexpr unsigned kNoReplace = 1;
  const auto rename = [&](unsigned flags) {
    return sys::call(SYS_renameat2, -100, sys::word(from.c_str()), -100, sys::word(to.c_str()),
                     flags);
  };
  const long result = rename(kNoReplace);
  if (!sys::failed(result)) return true;
  // Some file systems do not know the flag.
  const bool is_free = result == -EINVAL &&
                       sys::call(SYS_faccessat, -100, sys::word(to.c_str()), 0) == -ENOENT;
  return (is_free || is_ours(to.c_str())) && !sys::failed(rename(0));
}

}  // namespace

Path partial_of(const Path& stem, const char* suffix, long pid) {
  Path path;
  path << stem.c_str() << suffix << kPartialSuffix << static_cast<std::uint64_t>(pid);
  return path;
}

/// A crashed predecessor, or a neighbour in another pid namespace, may have left the usual name.
long make_raw_file(const Path& stem, Path* name) {
  long fd = -EEXIST;
  for (int i = 1; fd == -EEXIST && i <= kMostNames; ++i) {
    *name = partial_of(stem, kSegmentSuffix, sys::getpid());
    if (i > 1) *name << '.' << i;
    fd = sys::open(name->c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  }
  return fd;
}

bool publish_raw_file(const Path& stem, const Path& partial, Path* name) {
  for (int i = 0; i < kMostNames; ++i) {
    name->clear();
    *name << stem.c_str();
    if (i > 0) *name << '.' << static_cast<std::uint64_t>(segment.header->pid);
    if (i > 1) *name << '.' << i;
    *name << kSegmentSuffix;
    if (rename_over_ours(partial, *name)) return true;
  }
  return false;
}

}  // namespace leakhook::life
