// SPDX-License-Identifier: Apache-2.0
// Writing beside the place of a file, and moving there.
#include "dump_files.h"

#include <fcntl.h>

#include <cerrno>

#include "../base/line.h"
#include "../base/system.h"
#include "../contract/file_names.h"
#include "../contract/kinds.h"
#include "../ledger/segment.h"
#include "process.h"

namespace leakhook::life {
namespace {

using ledger::segment;

/// Is the file at `path` a dump of this very process?
bool is_ours(const char* path) {
  alignas(8) char start[offsetof(Header, start_realtime_ns) + 32];
  const long got = sys::read_file(path, start, sizeof start);
  if (got < static_cast<long>(sizeof start)) return false;
  const auto* header = reinterpret_cast<const Header*>(start);
  return header->magic == kSegmentMagic && header->pid == segment.header->pid &&
         header->process_start_ticks == segment.header->process_start_ticks;
}

void remove(const Path& path) { sys::call(SYS_unlinkat, -100, sys::word(path.c_str()), 0); }

Path partial_of(const Path& stem, const char* suffix, long pid) {
  Path path;
  path << stem.c_str() << suffix << kPartialSuffix << static_cast<std::uint64_t>(pid);
  return path;
}

Path final_place(const Path& stem) {
  Path plain, other;
  plain << stem.c_str() << ".lhk";
  const bool is_free = sys::call(SYS_faccessat, -100, sys::word(plain.c_str()), 0) == -ENOENT;
  if (is_free || is_ours(plain.c_str())) return plain;
  other << stem.c_str() << '.' << static_cast<std::uint64_t>(segment.header->pid) << ".lhk";
  return other;
}

bool move(const Path& from, const Path& to) {
  return !sys::failed(sys::call(SYS_renameat2, -100, sys::word(from.c_str()), -100,
                                sys::word(to.c_str()), 0));
}

}  // namespace

bool write_raw_file(const Path& stem, WriteDump write, void* dump) {
  const Path partial = partial_of(stem, ".lhk", sys::getpid()), final = final_place(stem);
  const long fd =
      sys::open(partial.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (sys::failed(fd)) return false;
  const bool is_written = write(dump, static_cast<int>(fd));
  sys::close(static_cast<int>(fd));
  if (!is_written || !move(partial, final)) return remove(partial), false;
  Line line;
  line << "the exporter could not run; raw dump in " << final.c_str()
       << ": make profiles of it with `leakhook export`";
  say(line.c_str());
  return true;
}

void remove_partial_raw_file(const Path& stem, long pid) { remove(partial_of(stem, ".lhk", pid)); }

void remove_partial_profiles(const Path& stem, long pid) {
  for (const ProfileRow& row : kProfileRows) {
    Text<32> suffix;
    suffix << '.' << row.name << kProfileSuffix;
    remove(partial_of(stem, suffix.c_str(), pid));
  }
}

}  // namespace leakhook::life
