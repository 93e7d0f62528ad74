// SPDX-License-Identifier: Apache-2.0
// What is a root? Mappings cut to pieces, each piece of one nature.
#include "roots.h"

#include "../ledger/last_stacks.h"
#include "../ledger/segment.h"
#include "../mark/marker.h"
#include "descriptor.h"
#include "kernel_words.h"
#include "present_pages.h"
#include "thread_stacks.h"

namespace leakhook::life {
namespace {

using ledger::segment;

constexpr std::size_t kMostRanges = 1 << 20;

/// In order, those that touch or overlap made one.
void sort_and_join(PageArray<Range>* ranges) {
  // Shell's sort: in place, no recursion; gaps of Ciura.
  constexpr std::size_t kGaps[] = {1750, 701, 301, 132, 57, 23, 10, 4, 1};
  const std::size_t count = ranges->size();
  for (const std::size_t gap : kGaps)
    for (std::size_t i = gap; i < count; ++i) {
      const Range one = (*ranges)[i];
      std::size_t at = i;
      for (; at >= gap && (*ranges)[at - gap].start > one.start; at -= gap)
        (*ranges)[at] = (*ranges)[at - gap];
      (*ranges)[at] = one;
    }
  std::size_t kept = 0;
  for (const Range& one : *ranges) {
    if (kept != 0 && one.start < (*ranges)[kept - 1].end) {
      if (one.end > (*ranges)[kept - 1].end) (*ranges)[kept - 1].end = one.end;
    } else {
      (*ranges)[kept++] = one;
    }
  }
  ranges->cut(kept);
}

/// glibc's further arenas begin at multiples of this with a header that says whose they are.
constexpr std::uint64_t kArena = std::uint64_t{64} << 20;

/// Bytes of an arena that begins here; 0: none does. heap_info: arena, previous piece, size …
std::uint64_t arena_at(std::uint64_t address, std::uint64_t end) {
  const auto* words = reinterpret_cast<const std::uint64_t*>(address);
  const std::uint64_t arena = words[0], size = words[2];
  const bool is_first = arena > address && arena - address <= 128;
  const bool is_further = words[1] != 0 && words[1] % kArena == 0 && arena % kArena <= 128;
  const bool is_size = size != 0 && size % 4096 == 0 && size <= kArena && size <= end - address;
  return (is_first || is_further) && is_size ? size : 0;
}

/// Calls visit(piece, is_inside) for the parts of `range` that lie in one of `cuts` (ascending) and
/// for those between.
template <class Visit>
void cut(Range range, const PageArray<Range>& cuts, Visit&& visit) {
  const Range* low = cuts.begin();
  for (std::size_t left = cuts.size(); left != 0;) {  // the first one that ends behind the start
    const std::size_t half = left / 2;
    const bool is_before = low[half].end <= range.start;
    low = is_before ? low + half + 1 : low;
    left = is_before ? left - half - 1 : half;
  }
  std::uint64_t at = range.start;
  for (const Range* one = low; one != cuts.end() && one->start < range.end; ++one) {
    const std::uint64_t end = one->end < range.end ? one->end : range.end;
    if (one->start > at) visit(Range{at, one->start}, false);
    visit(Range{one->start > at ? one->start : at, end}, true);
    at = end;
  }
  if (at < range.end) visit(Range{at, range.end}, false);
}

/// A thread with this descriptor has ended and not been joined: its result waits in there.
bool has_result(std::uint64_t descriptor) {
  for (const ThreadRecord& record : segment.all<ThreadRecord>(Region::threads))
    if (record.identity == descriptor && record.state == ThreadState::ended) return true;
  return false;
}

void scan(mark::Marker* marker, Range range) {
  marker->scan_roots(reinterpret_cast<const void*>(range.start), range.size());
}

/// What threads that have not begun yet will be called with, which only the books have meanwhile.
void give_arguments(mark::Marker* marker) {
  for (const ThreadRecord& record : segment.all<ThreadRecord>(Region::threads))
    if (record.state == ThreadState::starting) marker->root_word(record.argument);
}

/// Only what was touched. Requires: private memory.
void scan_present(mark::Marker* marker, Range range) {
  visit_present(range, [marker](Range present) { scan(marker, present); });
}

/// glibc keeps a pointer to the second entry of each thread's table of thread-local variables, also
/// of the threads whose stacks it keeps.
void give_modules_table(mark::Marker* marker, std::uint64_t descriptor) {
  marker->root_word(modules_table_of(descriptor) - 16);
}

}  // namespace

bool Roots::leave_out(Range range) { return range.size() == 0 || left_out_.push(range); }

bool Roots::leave_out_ours() {
  struct Context {
    Roots* roots;
    bool fits;
  } context{this, true};
  ledger::last_stacks::visit_pieces(
      [](void* context, std::uint64_t begin, std::uint64_t end) {
        auto* to = static_cast<Context*>(context);
        to->fits &= to->roots->leave_out({begin, end});
      },
      &context);
  segment.for_each_part([&context](const char* begin, std::uint64_t size) {
    const auto start = reinterpret_cast<std::uint64_t>(begin);
    context.fits &= context.roots->leave_out({start, start + size});
  });
  return context.fits && leave_out(standstill_pages()) && leave_out(threads_->own_pages()) &&
         leave_out(map_.own_pages()) && leave_out(words_->own_pages()) &&
         leave_out(pages_of(modules_)) && leave_out(pages_of(ended_)) &&
         leave_out(pages_of(left_out_)) && leave_out(pages_of(mapped_));
}

bool Roots::leave_out_stacks(const Standstill& threads) {
  bool fits = true, are_all_known = true;
  for (std::size_t i = 0; i < threads.count(); ++i) {
    fits &= leave_out(stacks_of(map_, threads.threads()[i]).own.whole);
    are_all_known &= threads.threads()[i].descriptor != 0;
  }
  if (!are_all_known) return fits;  // what looks like an ended thread's may be alive
  for (const Mapping& mapping : map_) {
    std::uint64_t descriptor = 0;
    if (!is_kept_stack(map_, mapping, &descriptor)) continue;
    bool is_alive = false;
    for (std::size_t i = 0; i < threads.count() && !is_alive; ++i)
      is_alive = threads.threads()[i].descriptor == descriptor;
    if (is_alive) continue;
    fits &= ended_.push(descriptor);
    fits &= leave_out(
        {mapping.range.start, has_result(descriptor) ? descriptor : end_of_descriptor(descriptor)});
  }
  return fits;
}

bool Roots::leave_out_arenas() {
  for (const Mapping& mapping : map_) {
    if (mapping.behind != Behind::nothing || !mapping.is_writable || mapping.is_shared) continue;
    std::uint64_t at = (mapping.range.start + kArena - 1) / kArena * kArena;
    for (; at < mapping.range.end; at += kArena)
      if (const std::uint64_t size = arena_at(at, mapping.range.end))
        if (!leave_out({at, at + size})) return false;
  }
  return true;
}

/// What the program mapped, as it is in the books.
bool Roots::find_mapped() {
  for (const ResourceRecord& record : segment.all<ResourceRecord>(Region::resources)) {
    if (record.kind != Kind::mapping || record.version.load() % 2 != 0) continue;
    if (!mapped_.push({record.identity, record.identity + record.size})) return false;
  }
  sort_and_join(&mapped_);
  return true;
}

bool Roots::find(const Standstill& threads, const KernelWords& words, bool is_sampled) {
  threads_ = &threads, words_ = &words;
  if (!left_out_.reserve(kMostRanges) || !mapped_.reserve(kMostRanges) ||
      !ended_.reserve(kMostRanges) || !map_.read())
    return false;
  if (!find_module_data(map_, &modules_) || !find_mapped()) return false;
  is_sampled_ = is_sampled;
  bool fits = leave_out_ours() && leave_out_stacks(threads) && (is_sampled || leave_out_arenas());
  for (const ModuleData& module : modules_) fits &= leave_out(module.variables);
  sort_and_join(&left_out_);
  return fits;
}

bool Roots::describe_modules(mark::Marker* marker) const {
  for (const Mapping& mapping : map_) {
    if (!mapping.is_readable) {
      if (!marker->know_unreadable(mapping.range)) return false;
    } else if (mapping.behind == Behind::file && !mapping.is_writable) {
      if (!marker->know_module(mapping.range, mapping.is_executable)) return false;
    }
  }
  return true;
}

void Roots::give_threads(mark::Marker* marker) const {
  for (std::size_t i = 0; i < threads_->count(); ++i) {
    const StillThread& thread = threads_->threads()[i];
    for (const std::uint64_t word : thread.registers) marker->root_word(word);
    scan(marker, thread.vector_registers);
    const StacksOfThread stacks = stacks_of(map_, thread);
    scan_present(marker, stacks.own.alive);
    if (stacks.borrowed.size() != 0) {
      const Range block = marker->block_of(stacks.borrowed.start);
      scan(marker, {stacks.borrowed.start, block.end != 0 ? block.end : stacks.borrowed.end});
    }
    if (thread.descriptor != 0) give_modules_table(marker, thread.descriptor);
  }
  for (const std::uint64_t descriptor : ended_) give_modules_table(marker, descriptor);
  give_arguments(marker);
}

void Roots::give_modules(mark::Marker* marker) const {
  const auto ours = reinterpret_cast<std::uint64_t>(&segment);
  for (const ModuleData& module : modules_) {
    if (module.variables.has(ours)) continue;
    if (module.bins.size() == 0) {
      scan_present(marker, module.variables);
    } else {
      scan_present(marker, {module.variables.start, module.bins.start});
      scan_present(marker, {module.bins.end, module.variables.end});
    }
  }
}

void Roots::give_mapping(mark::Marker* marker, const Mapping& mapping) const {
  constexpr std::uint64_t kMostOfFile = std::uint64_t{64} << 20;
  // What a program has sealed after writing pointers there can still be read.
  if (!mapping.is_readable || (!mapping.is_writable && mapping.behind != Behind::nothing)) return;
  if (mapping.behind == Behind::kernel || mapping.behind == Behind::device) return;
  if (mapping.is_shared && mapping.behind == Behind::file && mapping.range.size() > kMostOfFile)
    return;
  const auto give = [&](Range piece) {
    if (mapping.is_shared)
      return visit_resident(piece, [marker](Range range) { scan(marker, range); });
    visit_present(piece, [marker](Range range) {
      marker->scan_roots_between_blocks(reinterpret_cast<const void*>(range.start), range.size());
    });
  };
  cut(mapping.range, left_out_, [&](Range rest, bool is_left_out) {
    if (is_left_out) return;
    cut(rest, mapped_, [&](Range piece, bool is_mapped) {
      const bool is_heap = is_mapped ? marker->has_block_in(piece) : mapping.behind == Behind::heap;
      if (!is_heap || is_sampled_) give(piece);
    });
  });
}

void Roots::give(mark::Marker* marker) const {
  give_threads(marker);
  give_modules(marker);
  for (const Mapping& mapping : map_) give_mapping(marker, mapping);
  for (const std::uint64_t word : *words_) marker->root_word(word);
}

}  // namespace leakhook::life
