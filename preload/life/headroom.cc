// SPDX-License-Identifier: Apache-2.0
// Reading what the kernel says of memory and limits: smaps_rollup, meminfo, the control group.
#include "headroom.h"

#include <fcntl.h>
#include <sys/resource.h>

#include <cstring>

#include "../base/line.h"
#include "../base/system.h"
#include "../base/text_numbers.h"

namespace leakhook::life {
namespace {

constexpr std::uint64_t kGiB = std::uint64_t{1} << 30;
constexpr std::uint64_t kUnknown = ~std::uint64_t{0};

std::uint64_t number_at(const char* at) {
  while (*at == ' ' || *at == '\t') ++at;
  if (*at < '0' || *at > '9') return kUnknown;
  return parse_decimal(&at);
}

/// The files of a memory control group, as the two versions of the kernel's interface call them.
struct GroupFiles {
  const char* line;  ///< what stands before the path in /proc/self/cgroup, and its first slash
  const char* folder;
  const char* limit;
  const char* used;
  const char* cache;  ///< a line of memory.stat: what is used and can be given back
};
constexpr GroupFiles kGroupFiles[] = {
    {"0::/", "/sys/fs/cgroup", "memory.max", "memory.current", "inactive_file"},
    {"memory:/", "/sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.usage_in_bytes",
     "total_inactive_file"}};

class Group {
 public:
  Group(const GroupFiles& files, const char* path) : files_(files), path_(path) {}

  std::uint64_t limit() const { return number_of_file(files_.limit); }

  /// The limit less what it uses and cannot give back.
  std::uint64_t left() const {
    const std::uint64_t most = limit(), used = number_of_file(files_.used);
    if (most == kUnknown || used == kUnknown) return kUnknown;
    char text[4096];
    const std::uint64_t cache =
        sys::read_text(name_of("memory.stat").c_str(), text) ? number_in(text, files_.cache) : 0;
    const std::uint64_t firm = used > cache ? used - cache : 0;
    return most > firm ? most - firm : 0;
  }

 private:
  Text<512> name_of(const char* file) const {
    Text<512> name;
    name << files_.folder << path_ << '/' << file;
    return name;
  }
  std::uint64_t number_of_file(const char* file) const {
    char text[64];
    return sys::read_text(name_of(file).c_str(), text) ? number_at(text) : kUnknown;
  }

  const GroupFiles& files_;
  const char* path_;
};

/// The least that `number` says of this process' group and those that it lies in.
template <class Number>
std::uint64_t least_of_groups(Number number) {
  std::uint64_t least = kUnknown;
  const auto look = [&](const GroupFiles& files, const char* path) {
    const std::uint64_t found = number(Group(files, path));
    if (found < least) least = found;
  };
  char text[1024];
  if (!sys::read_text("/proc/self/cgroup", text)) return least;
  for (const GroupFiles& files : kGroupFiles) {
    const char* start = std::strstr(text, files.line);
    if (start == nullptr) continue;
    char path[512];
    copy_text(path, start + std::strlen(files.line) - 1);
    if (char* end = std::strchr(path, '\n')) *end = 0;
    look(files, "");
    for (char* last; (last = std::strrchr(path, '/')) != nullptr; *last = 0) look(files, path);
  }
  return least;
}

}  // namespace

std::uint64_t number_in(const char* text, const char* name) {
  const std::size_t size = std::strlen(name);
  for (const char* line = text; *line != 0;) {
    const bool is_it = std::strncmp(line, name, size) == 0;
    if (is_it) {
      const std::uint64_t value = number_at(line + size + (line[size] == ':' ? 1 : 0));
      if (value != kUnknown) return value;
    }
    line = std::strchr(line, '\n');
    if (line == nullptr) break;
    ++line;
  }
  return 0;
}

Headroom look_at_headroom() {
  Headroom headroom;
  char text[2048];
  if (sys::read_text("/proc/self/smaps_rollup", text)) {
    const std::uint64_t resident = number_in(text, "Rss") * 1024;
    headroom.huge_pages = number_in(text, "AnonHugePages") * 1024;
    headroom.small_pages = resident > headroom.huge_pages ? resident - headroom.huge_pages : 0;
    headroom.anonymous = number_in(text, "Anonymous") * 1024;
  }
  headroom.left = least_of_groups([](const Group& group) { return group.left(); });
  if (!sys::read_text("/proc/meminfo", text)) return headroom;
  const std::uint64_t available = number_in(text, "MemAvailable") * 1024;
  if (available < headroom.left) headroom.left = available;
  return headroom;
}

void be_ended_first() {
  const long file = sys::open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (sys::failed(file)) return;
  sys::write(static_cast<int>(file), "1000", 4);
  sys::close(static_cast<int>(file));
}

bool file_may_have(std::uint64_t bytes) {
  rlimit limit;  // as the kernel has it, too
  return sys::failed(sys::call(SYS_prlimit64, 0, RLIMIT_FSIZE, 0, sys::word(&limit))) ||
         bytes <= limit.rlim_cur;
}

std::uint64_t limit_of_groups() {
  return least_of_groups([](const Group& group) { return group.limit(); });
}

std::uint64_t Headroom::predicted_pause_ns() const {
  // Measured on two virtual cores: 22 to 50 ms for a GiB of 4 KiB pages, 1 to 3 ms of huge ones.
  constexpr std::uint64_t kSmallPages = 40'000'000, kHugePages = 3'000'000, kAlways = 300'000;
  return kAlways + small_pages / 1024 * kSmallPages / (kGiB / 1024) +
         huge_pages / 1024 * kHugePages / (kGiB / 1024);
}

std::uint64_t Headroom::memory_needed(std::uint64_t blocks, std::uint64_t segment_bytes) const {
  // A page of heap costs the marker 104 bytes, a block 8; pages that are written while the copy
  // lives are copied: one in sixteen is a guess.
  constexpr std::uint64_t kAlways = 4 << 20;
  return kAlways + segment_bytes + blocks * 16 + anonymous / 32 + anonymous / 16;
}

}  // namespace leakhook::life
