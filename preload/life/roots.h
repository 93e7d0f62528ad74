// SPDX-License-Identifier: Apache-2.0
// Where may the first pointer to a block be? What is a root, and what is not, given to the marker.
//
// Roots: variables of all modules, live parts of stacks, registers, memory that the program mapped,
// memory that nobody recorded (thread-local storage of the main thread, memory of other runtimes),
// words left with the kernel. No roots: heaps of allocators but for the blocks in them, what lies
// below stack pointers, stacks of ended threads, the heads of malloc's own lists, and everything of
// ours.
//
// For the forked copy.
#pragma once
#include "kernel_words.h"
#include "memory_map.h"
#include "module_data.h"
#include "still_threads.h"

namespace leakhook::mark {
class Marker;
}

namespace leakhook::life {

class Roots {
 public:
  /// `is_sampled`: not all blocks are known, so memory of heaps counts too. Requires: `threads`
  /// and `words` outlive this. False: no memory, or /proc does not tell.
  bool find(const Standstill& threads, const KernelWords& words, bool is_sampled);
  /// Where files are mapped: for know_module() and know_unreadable() before the marker's index().
  bool describe_modules(mark::Marker* marker) const;
  /// All roots. Requires: marker.index().
  void give(mark::Marker* marker) const;

 private:
  bool leave_out(Range range);
  bool leave_out_ours();
  bool leave_out_stacks(const Standstill& threads);
  bool leave_out_arenas();
  void give_threads(mark::Marker* marker) const;
  void give_modules(mark::Marker* marker) const;
  void give_mapping(mark::Marker* marker, const Mapping& mapping) const;
  bool find_mapped();

  MemoryMap map_;
  PageArray<ModuleData> modules_;
  PageArray<Range> left_out_;       ///< ascending
  PageArray<Range> mapped_;         ///< by the program, as the books have it; ascending
  PageArray<std::uint64_t> ended_;  ///< descriptors of ended threads on stacks that glibc keeps
  const Standstill* threads_ = nullptr;
  const KernelWords* words_ = nullptr;
  bool is_sampled_ = false;
};

}  // namespace leakhook::life
