// SPDX-License-Identifier: Apache-2.0
// Which blocks can the program still reach? The road from the books to the marker and back.
#include "reachability.h"

#include <new>

#include "../ledger/segment.h"
#include "../mark/marker.h"
#include "roots.h"

namespace leakhook::life {
namespace {

using ledger::segment;

/// Blocks as the books have them. A record that a thread was writing when it stood still is none.
template <class Visit>
void visit_blocks(Visit&& visit) {
  const auto* buckets = segment.records<LiveBucket>(Region::live);
  const std::uint64_t count = segment.header->live_buckets.load(std::memory_order_acquire);
  for (std::uint64_t i = 0; i < count; ++i)
    for (const LiveRecord& record : buckets[i].records) {
      const std::uint64_t key = record.key.load(std::memory_order_relaxed);
      if (key == 0 || key == kBusyKey) continue;
      const LiveValue value = LiveValue::decode(record.value.load(std::memory_order_relaxed));
      visit(address_of_key(key), value.size, value.stack);
    }
}

/// Too large for a small stack. The copy ends without giving it back.
struct Search {
  mark::Marker marker;
  Roots roots;
};
alignas(Search) constinit char place_of_search[sizeof(Search)]{};

ReachReason look(const Standstill& threads, const KernelWords& words, Search& search) {
  auto& [marker, roots] = search;
  if (!roots.find(threads, words, segment.sample_bytes > 1)) return ReachReason::no_maps;
  if (!roots.describe_modules(&marker)) return ReachReason::no_memory;
  if (!marker.index([](auto&& visit) { visit_blocks(visit); })) return ReachReason::no_memory;
  roots.give(&marker);
  return marker.finish() ? ReachReason::none : ReachReason::no_memory;
}

}  // namespace

void find_reachability(const Standstill& threads, const KernelWords& words, Reachability* out) {
  ReachSummary& summary = out->summary;
  Search& search = *new (place_of_search) Search;
  const mark::Marker& marker = search.marker;
  summary.reason = look(threads, words, search);
  summary.threads = static_cast<std::uint32_t>(threads.count());
  for (std::size_t i = 0; i < threads.count(); ++i) summary.unseen += !threads.threads()[i].is_seen;
  if (summary.reason != ReachReason::none) return;
  summary.blocks = marker.facts().blocks;
  summary.root_bytes = marker.facts().root_bytes;
  summary.heap_bytes = marker.facts().heap_bytes_scanned;
  out->records = marker.records();
  out->count = marker.count();
}

}  // namespace leakhook::life
