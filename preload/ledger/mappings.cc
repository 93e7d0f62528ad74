// SPDX-License-Identifier: Apache-2.0
// Mappings: records are disjoint ranges; unmapping the middle of one leaves two.
#include "mappings.h"

#include "attention.h"
#include "ledger.h"
#include "moment.h"
#include "resource_table.h"
#include "versioned.h"

namespace leakhook::ledger {
namespace {

constexpr std::uint64_t kPage = 4096;

std::uint64_t number(const void* address) { return reinterpret_cast<std::uint64_t>(address); }
std::uint64_t whole_pages(std::size_t size) { return (size + kPage - 1) / kPage * kPage; }

/// One change of ranges at a time, so that two threads that unmap two parts of one record do not
/// overlook each other's remainders.
constinit Version turns{0};
struct Turn : Writing {
  Turn() : Writing(turns, Counter::mapping_contention) {}
};

/// What a cut of [from, to) takes out, and what must be put back of it.
struct Cut {
  std::uint64_t from, to;
  WithdrawnRange* withdrawn;  ///< null: nobody will restore
  static constexpr int kMaxKept = 32;
  int kept_count = 0;
  resource_table::Content kept[kMaxKept];

  void keep(resource_table::Content content, std::uint64_t from_here, std::uint64_t to_here) {
    content.identity = from_here, content.size = to_here - from_here;
    if (kept_count < kMaxKept)
      kept[kept_count++] = content;
    else
      segment.count_and_say(Counter::resource_table_full);
  }
  void give(const resource_table::Content& content, std::uint64_t a, std::uint64_t b) {
    if (withdrawn == nullptr) return;
    if (const int n = withdrawn->count++; n < WithdrawnRange::kMax)
      withdrawn->pieces[n] = {
          a, b - a, content.stack, content.birth, content.thread, content.flags};
  }
};

bool overlaps(const resource_table::Content& content, void* context) {
  const Cut& cut = *static_cast<Cut*>(context);
  return content.identity < cut.to && cut.from < content.identity + content.size;
}

void take(const resource_table::Content& content, void* context) {
  Cut& cut = *static_cast<Cut*>(context);
  const std::uint64_t begin = content.identity, end = begin + content.size;
  if (begin < cut.from) cut.keep(content, begin, cut.from);
  if (end > cut.to) cut.keep(content, cut.to, end);
  cut.give(content, begin > cut.from ? begin : cut.from, end < cut.to ? end : cut.to);
}

/// Where the record begins that was put in last: allocators map more than they need and cut it at
/// both ends.
constinit std::atomic<std::uint64_t> newest{0};

void put_in(const resource_table::Content& content) {
  resource_table::insert(content);
  newest.store(content.identity, std::memory_order_relaxed);
}

/// Takes out the record that `at` lies in. False: it would have to be looked for.
bool withdraw_known(std::uint64_t at, resource_table::Content* found) {
  if (resource_table::withdraw(Kind::mapping, at, found)) return true;
  const std::uint64_t start = newest.load(std::memory_order_relaxed);
  return start < at && resource_table::find(Kind::mapping, start, found) &&
         at < found->identity + found->size &&
         resource_table::withdraw(Kind::mapping, start, found);
}

void cut_out(std::uint64_t from, std::uint64_t size, Beneath beneath, WithdrawnRange* withdrawn) {
  if (size == 0 || resource_table::count_of(Kind::mapping) == 0) return;
  Cut cut{from, from + size, withdrawn, 0, {}};
  resource_table::Content content;
  std::uint64_t at = from;
  // As records are disjoint, nothing else lies where one was taken out.
  while (at < cut.to && withdraw_known(at, &content)) {
    take(content, &cut);
    at = content.identity + content.size;
  }
  // Where the kernel found room there can only be records of what was unmapped past our hooks.
  // Those are looked for while that is cheap; with 30 000 mappings it took 50 times as long as
  // mmap.
  constexpr std::uint64_t kShortWalk = 512;
  const bool is_worth_it =
      beneath == Beneath::others || resource_table::length_of_walk() <= kShortWalk;
  if (at < cut.to && is_worth_it) resource_table::withdraw_if(Kind::mapping, overlaps, take, &cut);
  for (int i = 0; i < cut.kept_count; ++i) put_in(cut.kept[i]);
}

}  // namespace

void reset_mappings() { end_for_others(turns); }

void acquired_mapping(const Caller& caller, const void* address, std::size_t size, Beneath beneath,
                      bool is_shm) {
  if (!may_record_kind(Kind::mapping)) return;
  const Moment moment = take_moment(caller);
  resource_table::Content content{moment.stack,
                                  moment.birth,
                                  moment.thread,
                                  Kind::mapping,
                                  static_cast<std::uint8_t>(is_shm ? kResourceShm : 0),
                                  number(address),
                                  whole_pages(size),
                                  {}};
  Turn turn;
  cut_out(content.identity, content.size, beneath, nullptr);
  put_in(content);
}

void released_range(const void* address, std::size_t size) {
  if (!may_record(Event::release)) return;
  Turn turn;
  cut_out(number(address), whole_pages(size), Beneath::others, nullptr);
}

void withdraw_range(const void* address, std::size_t size, WithdrawnRange* out) {
  out->count = 0;
  if (!may_record(Event::release)) return;
  Turn turn;
  cut_out(number(address), whole_pages(size), Beneath::others, out);
}

void restore_range(const WithdrawnRange& withdrawn) {
  if (withdrawn.count == 0 || !may_record(Event::release)) return;
  Turn turn;
  for (int i = 0; i < withdrawn.count; ++i) {
    if (i >= WithdrawnRange::kMax) {
      segment.count_and_say(Counter::resource_table_full);
      continue;
    }
    const WithdrawnRange::Piece& piece = withdrawn.pieces[i];
    put_in({piece.stack,
            piece.birth,
            piece.thread,
            Kind::mapping,
            piece.flags,
            piece.address,
            piece.size,
            {}});
  }
}

std::size_t shm_size(const void* address) {
  resource_table::Content content;
  const bool is_known =
      may_record(Event::release) && resource_table::find(Kind::mapping, number(address), &content);
  return is_known && (content.flags & kResourceShm) != 0 ? content.size : 0;
}

}  // namespace leakhook::ledger
