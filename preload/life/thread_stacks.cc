// SPDX-License-Identifier: Apache-2.0
// Which bytes of the threads' stacks are alive? What the registers and the mappings say.
#include "thread_stacks.h"

#include "descriptor.h"
#include "present_pages.h"

namespace leakhook::life {
namespace {

constexpr std::uint64_t kPage = 4096;

bool is_above_guard(const MemoryMap& map, const Mapping& mapping) {
  if (&mapping == map.begin()) return false;
  const Mapping& before = *(&mapping - 1);
  return before.range.end == mapping.range.start && !before.is_readable && !before.is_writable;
}

}  // namespace

std::uint64_t end_of_descriptor(std::uint64_t descriptor) {
  return (end_of_descriptor_at(descriptor) + kPage - 1) / kPage * kPage;
}

std::uint64_t find_descriptor(std::uint64_t start, std::uint64_t end) {
  std::uint64_t found = 0;
  visit_present({start, end}, [&found](Range range) {
    for (std::uint64_t at = range.start; at + 24 <= range.end; at += 64) {
      if (begins_descriptor(reinterpret_cast<const std::uint64_t*>(at))) found = at;
    }
  });
  return found;
}

StacksOfThread stacks_of(const MemoryMap& map, const StillThread& thread) {
  StacksOfThread stacks{};
  const Mapping* here = thread.stack_pointer != 0 ? map.find(thread.stack_pointer) : nullptr;
  if (here != nullptr && here->behind == Behind::main_stack) {
    stacks.own = {here->range, {thread.stack_pointer, here->range.end}};
    return stacks;
  }
  const std::uint64_t pointer = thread.descriptor;
  const Mapping* home = pointer != 0 ? map.find(pointer) : nullptr;
  if (home == nullptr) {
    if (here != nullptr) stacks.borrowed = {thread.stack_pointer, here->range.end};
    return stacks;
  }
  std::uint64_t top = end_of_descriptor(pointer);
  if (top > home->range.end) top = home->range.end;
  const bool is_home = here == home && thread.stack_pointer < pointer;
  const std::uint64_t lowest = is_above_guard(map, *home) ? home->range.start
                               : is_home                  ? thread.stack_pointer
                                                          : pointer;
  stacks.own.whole = {lowest, top};
  stacks.own.alive = {is_home ? thread.stack_pointer : lowest, top};
  if (!is_home && here != nullptr) stacks.borrowed = {thread.stack_pointer, here->range.end};
  return stacks;
}

bool is_kept_stack(const MemoryMap& map, const Mapping& mapping, std::uint64_t* descriptor) {
  if (!is_above_guard(map, mapping) || !mapping.is_writable || mapping.is_shared) return false;
  if (mapping.behind != Behind::nothing) return false;
  *descriptor = find_descriptor(mapping.range.start, mapping.range.end);
  return *descriptor != 0;
}

}  // namespace leakhook::life
