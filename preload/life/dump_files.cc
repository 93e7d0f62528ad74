// SPDX-License-Identifier: Apache-2.0
// Writing beside the place of a file, and moving there.
#include "dump_files.h"

#include "../base/line.h"
#include "../base/system.h"
#include "../contract/file_names.h"
#include "../contract/kinds.h"
#include "process.h"
#include "raw_file.h"

namespace leakhook::life {
namespace {

void remove(const Path& path) { sys::call(SYS_unlinkat, -100, sys::word(path.c_str()), 0); }

}  // namespace

bool write_raw_file(const Path& stem, WriteDump write, void* dump) {
  Path partial, final;
  const long fd = make_raw_file(stem, &partial);
  if (sys::failed(fd)) return false;
  const bool is_written = write(dump, static_cast<int>(fd));
  sys::close(static_cast<int>(fd));
  if (!is_written || !publish_raw_file(stem, partial, &final)) return remove(partial), false;
  Line line;
  line << "the exporter could not run; raw dump in " << final.c_str()
       << ": make profiles of it with `leakhook export`";
  say(line.c_str());
  return true;
}

void remove_partial_raw_file(const Path& stem, long pid) {
  remove(partial_of(stem, kSegmentSuffix, pid));
}

void remove_partial_profiles(const Path& stem, long pid) {
  for (const ProfileRow& row : kProfileRows) {
    Text<32> suffix;
    suffix << '.' << row.name << kProfileSuffix;
    remove(partial_of(stem, suffix.c_str(), pid));
  }
}

}  // namespace leakhook::life
