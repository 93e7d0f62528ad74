// SPDX-License-Identifier: Apache-2.0
// Reserving and committing the pages of the books.
//
// A reservation that is not accessible costs nothing and cannot be locked into memory by mlockall.
// Pages are opened with mprotect, which two threads may do at once without harm. A program that has
// put itself under a seccomp filter may have lost mprotect, but hardly mmap: then pages are mapped
// over the reservation, one thread at a time.
//
// Who opens pages does so between a look at `reserved` and a system call. What is given back may be
// the program's a moment later, so it is done only while nobody stands between these two.
#include "segment.h"

#include <sys/mman.h>

#include <cerrno>
#include <csignal>

#include "../base/line.h"
#include "../base/system.h"
#include "patience.h"
#include "sandbox.h"

namespace leakhook::ledger {

constinit Segment segment{};

namespace {

constexpr std::uint64_t kPage = 4096;
constexpr std::uint64_t kStep = 64 * 1024;  // smallest piece that is committed at once

std::uint64_t round_up(std::uint64_t value, std::uint64_t to) { return (value + to - 1) / to * to; }

std::uint64_t power_of_two_below(std::uint64_t value) {
  std::uint64_t power = 1;
  while (power * 2 <= value) power *= 2;
  return power;
}

/// One refusal after the other: ask the system again only at the 1st, 2nd, 4th, … 4096th time.
constinit std::atomic<std::uint32_t> refusals_in_a_row{0};
bool should_try_again() {
  const std::uint32_t n = refusals_in_a_row.load(std::memory_order_relaxed);
  if (n == 0) return true;
  refusals_in_a_row.store(n + 1, std::memory_order_relaxed);
  return (n & (n + 1)) == 0 || n % 4096 == 0;
}

/// Allocates the blocks of a file mapping. False: the disk is full.
bool populate(char* at, std::uint64_t size) {
  constexpr long kPopulateWrite = 23;  // MADV_POPULATE_WRITE, Linux 5.14
  const long result =
      sys::call(SYS_madvise, sys::word(at), static_cast<long>(size), kPopulateWrite);
  // Older kernels do not know the advice: there a full disk is met as SIGBUS, as in any program
  // that writes through a mapping.
  return !sys::failed(result) || result == -EINVAL;
}

/// Opens pages that nobody uses yet, under a filter: mapping over pages in use would wipe them.
class MappingOver {
 public:
  MappingOver() {
    Patience patience;  // a holder that was cancelled never lets go
    do is_mine_ = !busy_.exchange(true, std::memory_order_acquire);  // pairs with the destructor
    while (!is_mine_ && patience.lasts());
  }
  ~MappingOver() {
    if (is_mine_) busy_.store(false, std::memory_order_release);
  }
  bool is_mine() const { return is_mine_; }

 private:
  static constinit std::atomic<bool> busy_;
  bool is_mine_ = false;
};
constinit std::atomic<bool> MappingOver::busy_{false};

/// How many threads are opening pages; the highest bit: none may begin, pages are given back.
constinit std::atomic<std::uint32_t> growing{0};
constexpr std::uint32_t kClosed = 1u << 31;

/// Somebody opens pages. One who was cancelled in the middle counts for ever: then nothing is given
/// back any more.
class Growing {
 public:
  Growing() {
    Patience patience;
    // acquire pairs with ~GivingBack(): what is reserved now
    while ((growing.fetch_add(1, std::memory_order_acquire) & kClosed) != 0) {
      growing.fetch_sub(1, std::memory_order_relaxed);
      if (!patience.lasts()) return;
    }
    may_grow_ = true;
  }
  ~Growing() {
    if (may_grow_) growing.fetch_sub(1, std::memory_order_release);  // pairs with GivingBack()
  }
  Growing(const Growing&) = delete;
  bool may_grow() const { return may_grow_; }

 private:
  bool may_grow_ = false;
};

/// Nobody opens pages. Without signals: no handler may end this half-way, nor a cancellation, which
/// is one of them.
class GivingBack {
 public:
  GivingBack() {
    const std::uint64_t all = ~std::uint64_t{0};
    sys::call(SYS_rt_sigprocmask, SIG_SETMASK, sys::word(&all), sys::word(&signals_), sizeof all);
    std::uint32_t nobody = 0;
    is_alone_ = growing.compare_exchange_strong(nobody, kClosed, std::memory_order_acquire);
  }
  ~GivingBack() {
    if (is_alone_) growing.fetch_and(~kClosed, std::memory_order_release);  // pairs with Growing()
    sys::call(SYS_rt_sigprocmask, SIG_SETMASK, sys::word(&signals_), 0, sizeof signals_);
  }
  GivingBack(const GivingBack&) = delete;
  bool is_alone() const { return is_alone_; }

 private:
  std::uint64_t signals_ = 0;  ///< blocked before
  bool is_alone_ = false;
};

/// Unmaps what lies behind the first `planned` bytes of a region, or behind what is committed and
/// half as much: so much the largest table grows by. The last page stays, that nobody may touch:
/// what the program maps there must not lie right before the next region.
void give_back_tail(char* begin, RegionExtent& extent, std::uint64_t planned) {
  const std::uint64_t committed = extent.committed.load(std::memory_order_relaxed);
  const std::uint64_t grown =
      round_up(committed + (committed / 2 < kStep ? kStep : committed / 2), kPage);
  const std::uint64_t kept = planned > grown ? planned : grown;
  const std::uint64_t reserved = extent.reserved.load(std::memory_order_relaxed);
  if (kept + sys::kGuard >= reserved) return;
  extent.reserved.store(kept, std::memory_order_relaxed);  // before a fork could copy the hole
  sys::unmap(begin + kept, reserved - kept - sys::kGuard);
}

/// The first `to` bytes of a region may be used now. Counts what is new once, whoever opened it.
void publish(Header& header, RegionExtent& extent, std::uint64_t to) {
  std::uint64_t have = extent.committed.load(std::memory_order_relaxed);
  while (have < to) {
    if (!extent.committed.compare_exchange_weak(have, to, std::memory_order_release)) continue;
    header.committed_total.fetch_add(to - have, std::memory_order_release);
    return;  // both pair with the acquires in commit(): what the total says is there
  }
}

/// Opens a region up to `to`, of which another thread may open a part at the same time.
bool open_pages(Header& header, RegionExtent& extent, std::uint64_t to, bool is_file) {
  char* base = reinterpret_cast<char*>(&header) + extent.offset;
  std::uint64_t from = extent.committed.load(std::memory_order_acquire);  // pairs with publish()
  if (from >= to) return true;
  if (is_file) return may_madvise() && populate(base + from, to - from);
  if (may_mprotect())
    return !sys::failed(sys::call(SYS_mprotect, sys::word(base + from),
                                  static_cast<long>(to - from), PROT_READ | PROT_WRITE));
  MappingOver turn;
  from = extent.committed.load(std::memory_order_acquire);
  if (!turn.is_mine()) return false;
  if (from >= to) return true;
  if (sys::map(base + from, to - from, PROT_READ | PROT_WRITE,
               MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE) == nullptr)
    return false;
  publish(header, extent, to);  // before the next one takes its turn
  return true;
}

/// The header or a region of a segment whose other bytes stay where they are.
struct Part {
  char* at;
  std::uint64_t offset;    ///< in the segment
  std::uint64_t reserved;  ///< bytes of address space
  std::uint64_t used;      ///< of these
};

/// Puts private memory or a part of a file in a part's place, with the same bytes but the first
/// `without`, which are zero. False: no room.
bool move_part(const Part& part, int fd, std::uint64_t without = 0) {
  if (part.reserved == 0) return true;
  const bool is_file = fd >= 0;
  const int flags = is_file ? MAP_SHARED : MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
  auto* to = static_cast<char*>(
      sys::map(nullptr, part.reserved, PROT_READ | PROT_WRITE, flags, fd, part.offset));
  if (to == nullptr) return false;
  if (may_madvise()) sys::advise(to, part.reserved, MADV_DONTDUMP);
  const auto size = static_cast<long>(part.reserved);
  if (part.used == 0 || !is_file || (may_madvise() && populate(to, part.used))) {
    __builtin_memcpy(to + without, part.at + without, part.used - without);
    if (!sys::failed(sys::call(SYS_mremap, sys::word(to), size, size, MREMAP_MAYMOVE | MREMAP_FIXED,
                               sys::word(part.at))))
      return true;
  }
  sys::unmap(to, part.reserved);
  return false;
}

/// Private address space for a plan, placed so that huge pages fit the live table, behind a page
/// that nobody may touch: what the program maps next may lie right before it. Null: refused.
void* reserve_for(const RegionExtent* plan, std::uint64_t size) {
  auto* base = static_cast<char*>(sys::map(nullptr, sys::kGuard + size + kHugePage, PROT_NONE,
                                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE));
  if (base == nullptr) return nullptr;
  const std::uint64_t live = sys::kGuard + plan[static_cast<int>(Region::live)].offset;
  const std::uint64_t before = -(reinterpret_cast<std::uint64_t>(base) + live) % kHugePage;
  if (before != 0) sys::unmap(base, before);
  sys::unmap(base + before + sys::kGuard + size, kHugePage - before);
  return base + before + sys::kGuard;
}

}  // namespace

std::uint64_t plan_regions(std::uint64_t memory, RegionExtent* regions) {
  // The live table may take all there is; the others take what a heap of blocks with few frames
  // each could need, so that address space, not memory, is what is spent.
  const std::uint64_t pages = power_of_two_below(memory < 1 << 20 ? 1 << 20 : memory);
  const std::uint64_t stacks = pages / 128 < kMaxStacks ? pages / 128 : std::uint64_t{kMaxStacks};
  const std::uint64_t nodes = pages / 16;
  const auto at_most = [](std::uint64_t value, std::uint64_t most) {
    return value < most ? value : most;
  };
  std::uint64_t sizes[static_cast<int>(Region::count)] = {};
  const auto reserve = [&sizes](Region region, std::uint64_t bytes) {
    sizes[static_cast<int>(region)] = bytes;
  };
  reserve(Region::fds, at_most(pages / 2, sizeof(FdRecord) << 20));
  reserve(Region::threads, at_most(pages / 8, sizeof(ThreadRecord) << 17));
  reserve(Region::resources, pages / 4);
  reserve(Region::misuses, kMostMisuses * sizeof(MisuseRecord));
  reserve(Region::live, pages);
  reserve(Region::counts, stacks * kCountShards * sizeof(StackCounts));
  reserve(Region::stacks, stacks * sizeof(StackRecord));
  reserve(Region::nodes, nodes * sizeof(Node));
  reserve(Region::modules, at_most(pages / 16, sizeof(ModuleRecord) * 4096));
  reserve(Region::names, sizeof(NameRecord) * kMaxNames);
  reserve(Region::marks, sizeof(MarkRecord) * kMaxMarks);
  reserve(Region::stack_index, stacks * 4 * sizeof(std::uint64_t));
  reserve(Region::overflows, pages / 128);  // a byte for a group of eight records
  std::uint64_t offset = kHeaderSize;
  for (int i = 0; i < static_cast<int>(Region::count); ++i) {
    regions[i].offset = offset;
    const std::uint64_t reserved = round_up(sizes[i], kPage);
    regions[i].reserved.store(reserved, std::memory_order_relaxed);
    regions[i].committed.store(0, std::memory_order_relaxed);
    regions[i].used.store(0, std::memory_order_relaxed);
    offset += reserved;
  }
  return offset;
}

bool make_segment(std::uint64_t memory, int fd, Segment* out) {
  RegionExtent plan[static_cast<int>(Region::count)];
  const std::uint64_t size = plan_regions(memory, plan);
  const bool is_file = fd >= 0;
  void* base = is_file ? sys::map(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd)
                       : reserve_for(plan, size);
  if (base == nullptr) return false;
  sys::call(SYS_madvise, sys::word(base), static_cast<long>(size), MADV_DONTDUMP);
  const bool is_open = is_file ? populate(static_cast<char*>(base), kHeaderSize)
                               : !sys::failed(sys::call(SYS_mprotect, sys::word(base), kHeaderSize,
                                                        PROT_READ | PROT_WRITE));
  if (!is_open) {
    sys::unmap(base, size);
    return false;
  }
  out->header = static_cast<Header*>(base);
  out->size = size;
  out->is_file = is_file;
  plan_regions(memory, out->header->regions);
  out->find_regions();
  out->header->settings.memory_bytes = memory;
  return true;
}

void Segment::give_back(std::uint64_t memory) {
  RegionExtent plan[static_cast<int>(Region::count)];
  plan_regions(memory, plan);
  Patience patience;
  do {
    if (growing.load(std::memory_order_relaxed) != 0) continue;
    const GivingBack turn;
    if (!turn.is_alone()) continue;
    for (int i = 0; i < static_cast<int>(Region::count); ++i)
      give_back_tail(regions[i], header->regions[i],
                     plan[i].reserved.load(std::memory_order_relaxed));
    return;
  } while (patience.lasts());
}

void nobody_grows() { growing.store(0, std::memory_order_relaxed); }

bool Segment::move_to(int fd) {
  // The parent goes on writing. The header first: whatever it says is there is copied after it. Its
  // magic last: until then the file is nothing to read.
  const Part first{reinterpret_cast<char*>(header), 0, kHeaderSize, kHeaderSize};
  if (!move_part(first, fd, offsetof(Header, magic) + sizeof header->magic)) return false;
  std::uint64_t total = 0;
  for (int i = 0; i < static_cast<int>(Region::count); ++i) {
    const RegionExtent& extent = header->regions[i];
    const std::uint64_t committed = extent.committed.load();
    const std::uint64_t reserved = extent.reserved.load();
    if (!move_part({regions[i], extent.offset, reserved, committed}, fd)) return false;
    total += committed;
  }
  header->committed_total.store(total);
  header->magic = kSegmentMagic;
  is_file = fd >= 0;
  return true;
}

void Segment::find_regions() {
  for (int i = 0; i < static_cast<int>(Region::count); ++i)
    regions[i] = reinterpret_cast<char*>(header) + header->regions[i].offset;
}

void Segment::wants_huge_pages(Region region, std::uint64_t from, std::uint64_t to) const {
  if (is_file || !may_madvise()) return;
  sys::call(SYS_madvise, sys::word(records<char>(region) + from), static_cast<long>(to - from),
            MADV_HUGEPAGE);  // refused by some kernels, and no matter
}

void Segment::wants_pages(Region region, std::uint64_t from, std::uint64_t to) const {
  if (!is_file && may_madvise()) (void)populate(records<char>(region) + from, to - from);
}

void Segment::count_and_say(Counter counter) const {
  const int index = static_cast<int>(counter);
  if (header->counters[index].fetch_add(1, std::memory_order_relaxed) != 0 || is_sandboxed())
    return;
  Line line;
  line << kCounterRows[index].text << " (" << kCounterRows[index].name
       << ": said once, counted in each profile)";
  say(header->settings.verbose, line.c_str());
}

bool Segment::commit(Region region, std::uint64_t bytes) {
  return bytes <= extent(region).committed.load(std::memory_order_acquire) ||
         commit_more(region, bytes);
}

bool Segment::commit_more(Region region, std::uint64_t bytes) {
  const Growing turn;
  if (!turn.may_grow()) {
    count_and_say(Counter::segment_refused);
    return false;
  }
  RegionExtent& extent = this->extent(region);
  const std::uint64_t have = extent.committed.load(std::memory_order_acquire);
  const std::uint64_t reserved = this->reserved(region);
  if (bytes <= have) return true;
  if (bytes > reserved) return false;
  std::uint64_t end = round_up(bytes, bytes >= 4 * kStep ? kStep : kPage);
  if (end > reserved) end = reserved;
  const std::uint64_t total = header->committed_total.load(std::memory_order_acquire);
  if (total + (end - have) > header->settings.memory_bytes) {
    // Unless the total has this growth in it already, made by another thread.
    if (bytes <= extent.committed.load(std::memory_order_acquire)) return true;
    count_and_say(Counter::ceiling_reached);
    return false;
  }
  if (!should_try_again()) return false;
  if (!open_pages(*header, extent, end, is_file)) {
    refusals_in_a_row.fetch_add(1, std::memory_order_relaxed);
    count_and_say(Counter::segment_refused);
    return false;
  }
  refusals_in_a_row.store(0, std::memory_order_relaxed);
  publish(*header, extent, end);
  return true;
}

}  // namespace leakhook::ledger
