// SPDX-License-Identifier: Apache-2.0
// Looking at /proc/self and at our parent.
#include "process.h"

#include <sys/auxv.h>
#include <unistd.h>

#include <cstring>

#include "../base/dynamic_section.h"
#include "../base/line.h"
#include "../base/system.h"

namespace leakhook::life {

constinit Process process{};

namespace {

bool read_link(const char* path, char* to, std::size_t size) {
  const long got =
      sys::call(SYS_readlinkat, -100, sys::word(path), sys::word(to), static_cast<long>(size - 1));
  to[got > 0 ? got : 0] = 0;
  return got > 0;
}

const char* base_name(const char* path) {
  const char* slash = std::strrchr(path, '/');
  return slash != nullptr ? slash + 1 : path;
}

std::uint64_t read_start_ticks() {
  char text[1024];
  const long size = sys::read_file("/proc/self/stat", text, sizeof text - 1);
  if (size <= 0) return 0;
  text[size] = 0;
  const char* at = std::strrchr(text, ')');  // the name may hold anything
  constexpr int kFieldsToSkip = 20;          // from "state" (3) to starttime (22)
  for (int i = 0; at != nullptr && i < kFieldsToSkip; ++i) at = std::strchr(at + 1, ' ');
  std::uint64_t ticks = 0;
  for (at = at != nullptr ? at + 1 : ""; *at >= '0' && *at <= '9'; ++at)
    ticks = ticks * 10 + static_cast<std::uint64_t>(*at - '0');
  return ticks;
}

void note_start() {
  process.start_ticks = read_start_ticks();
  process.seen_at = sys::nanoseconds(CLOCK_BOOTTIME);
}

/// Does a file of /proc contain this text? Reads in pieces that overlap.
bool file_contains(const char* path, const char* text) {
  const long fd = sys::open(path, 02000000 /* O_CLOEXEC */);
  if (sys::failed(fd)) return false;
  char piece[4096];
  const std::size_t size = std::strlen(text);
  std::size_t kept = 0;
  bool is_there = false;
  while (!is_there) {
    const long got = sys::read(static_cast<int>(fd), piece + kept, sizeof piece - kept);
    if (got <= 0) break;
    const std::size_t have = kept + static_cast<std::size_t>(got);
    is_there = memmem(piece, have, text, size) != nullptr;
    kept = have < size ? have : size - 1;
    std::memmove(piece, piece + have - kept, kept);
  }
  sys::close(static_cast<int>(fd));
  return is_there;
}

bool parent_is_tracked() {
  const long parent = sys::call(SYS_getppid);
  if (parent <= 0 || process.library[0] == 0) return false;
  Line path;
  path << "/proc/" << static_cast<std::uint64_t>(parent) << "/maps";
  return file_contains(path.c_str(), base_name(process.library));
}

bool is_executable(const char* path) {
  return sys::call(SYS_faccessat, -100, sys::word(path), 1 /* X_OK */) == 0;
}

/// Beside the library, then where an installation and a build tree have it. Never through PATH.
void find_exporter() {
  if (process.settings.EXPORTER.value[0] != 0) {
    copy_text(process.exporter, process.settings.EXPORTER.value);
    return;
  }
  static constexpr const char* kPlaces[] = {"leakhook", "../bin/leakhook",
                                            "../libexec/leakhook/leakhook", "../../bin/leakhook",
                                            "../export/leakhook"};
  const auto folder = static_cast<std::size_t>(base_name(process.library) - process.library);
  for (const char* place : kPlaces) {
    Text<sizeof process.exporter> path;
    for (std::size_t i = 0; i < folder; ++i) path << process.library[i];
    path << place;
    if (path.is_cut() || !is_executable(path.c_str())) continue;
    copy_text(process.exporter, path.c_str());
    return;
  }
}

/// Where /proc is missing (a chroot), the name by which the program was started must do.
void find_executable(const char* started_as) {
  if (read_link("/proc/self/exe", process.executable, sizeof process.executable)) return;
  Text<sizeof process.executable> path;
  if (started_as[0] != '/') path << process.directory << '/';
  path << started_as;
  copy_text(process.executable, path.c_str());
}

/// Us, as the loader opened us. Not by dladdr, which only programs with a library of their own for
/// it have (glibc 2.33 and older).
int note_library(dl_phdr_info* object, std::size_t, void*) {
  if (!holds(*object, reinterpret_cast<const void*>(&note_library))) return 0;
  if (object->dlpi_name[0] == 0) return 1;  // linked into a test
  Text<sizeof process.library> path;
  if (object->dlpi_name[0] != '/') path << process.directory << '/';
  path << object->dlpi_name;
  copy_text(process.library, path.c_str());
  return 1;
}

void find_name(const char* program) {
  const long size = sys::read_file("/proc/self/comm", process.name, sizeof process.name);
  if (size <= 0) return copy_text(process.name, program);
  process.name[size - 1] = 0;  // without the newline
}

}  // namespace

void look_at_process() {
  if (sys::failed(sys::call(SYS_getcwd, sys::word(process.directory), sizeof process.directory)))
    copy_text(process.directory, "");
  const auto* started_as = reinterpret_cast<const char*>(getauxval(AT_EXECFN));
  if (started_as == nullptr) started_as = "";
  copy_text(process.program, base_name(started_as));
  find_executable(started_as);
  find_name(process.program);
  dl_iterate_phdr(note_library, nullptr);
  find_exporter();
  note_start();
  process.is_first_of_tree = !parent_is_tracked();
}

void look_again_after_fork() {
  note_start();
  process.is_first_of_tree = false;
}

std::uint64_t age_of_process() {
  const std::uint64_t now = sys::nanoseconds(CLOCK_BOOTTIME);
  // Without /proc (in an empty root) the age is what we saw of it, not that of the machine.
  const std::uint64_t start =
      process.start_ticks != 0 ? process.start_ticks * 10'000'000 : process.seen_at;
  return now > start ? now - start : 0;
}

void say(const char* text) { leakhook::say(process.settings.VERBOSE, text); }

}  // namespace leakhook::life
