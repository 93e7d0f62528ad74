// SPDX-License-Identifier: Apache-2.0
// What is mapped? Reads /proc/self/maps line by line.
#include "memory_map.h"

#include <cstring>

#include "../base/lines.h"
#include "../base/text_numbers.h"

namespace leakhook::life {
namespace {

/// Room for 16 times what a system allows by default (vm.max_map_count); memory only as it is used.
constexpr std::size_t kMost = std::size_t{1} << 20;

bool starts_with(const char* text, const char* start) {
  return std::strncmp(text, start, std::strlen(start)) == 0;
}

constexpr const char* kMemory[] = {"/dev/shm/", "/dev/zero", "/dev/hugepages/",
                                   "/memfd:",   "/SYSV",     "anon_inode:"};

Behind behind_name(const char* name) {
  if (name[0] == 0 || starts_with(name, "[anon")) return Behind::nothing;
  if (starts_with(name, "[heap]")) return Behind::heap;
  if (starts_with(name, "[stack]")) return Behind::main_stack;
  if (name[0] == '[') return Behind::kernel;
  for (const char* memory : kMemory)
    if (starts_with(name, memory)) return Behind::memory;
  return starts_with(name, "/dev/") ? Behind::device : Behind::file;
}

}  // namespace

bool parse_mapping(const char* line, Mapping* out) {
  *out = {};
  out->range.start = parse_hex(&line);
  if (*line++ != '-') return false;
  out->range.end = parse_hex(&line);
  if (*line++ != ' ' || std::strlen(line) < 5) return false;
  out->is_readable = line[0] == 'r', out->is_writable = line[1] == 'w';
  out->is_executable = line[2] == 'x', out->is_shared = line[3] == 's';
  line += 5;
  out->offset = parse_hex(&line);
  if (*line++ != ' ') return false;
  out->device = parse_hex(&line) << 32;
  if (*line++ != ':') return false;
  out->device |= parse_hex(&line);
  if (*line++ != ' ') return false;
  out->inode = parse_decimal(&line);
  while (*line == ' ') ++line;
  out->behind = behind_name(line);
  return out->range.start < out->range.end;
}

bool MemoryMap::read() {
  if (!mappings_.reserve(kMost)) return false;
  bool is_whole = true;
  const bool is_read = for_each_line("/proc/self/maps", [&](const char* line) {
    Mapping mapping;
    is_whole &= parse_mapping(line, &mapping) && mappings_.push(mapping);
  });
  return is_read && is_whole && mappings_.size() != 0;
}

const Mapping* MemoryMap::find(std::uint64_t address) const {
  const Mapping* low = begin();
  const Mapping* high = end();
  while (low != high) {
    const Mapping* middle = low + (high - low) / 2;
    if (middle->range.end <= address)
      low = middle + 1;
    else
      high = middle;
  }
  return low != end() && low->range.has(address) ? low : nullptr;
}

}  // namespace leakhook::life
