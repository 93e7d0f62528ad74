// SPDX-License-Identifier: Apache-2.0
// What does the heap hold, and who ever asked for it?
#include "heap_rows.h"

#include <algorithm>
#include <bit>
#include <unordered_map>

#include "profile_writer.h"

namespace leakhook {
namespace {

constexpr double kMostValue = 9.0e18;

std::int64_t rounded(double value) {
  return value < kMostValue ? static_cast<std::int64_t>(value + 0.5)
                            : static_cast<std::int64_t>(kMostValue);
}

struct RowKey {
  std::uint64_t place;  ///< stack, thread and whether it was inherited
  std::uint64_t size;
  std::int64_t age_s;
  friend bool operator==(const RowKey&, const RowKey&) = default;
};

struct RowHash {
  std::size_t operator()(const RowKey& key) const {
    std::uint64_t hash = key.place * 0x9e3779b97f4a7c15ULL;
    hash = (hash ^ key.size ^ hash >> 29) * 0xbf58476d1ce4e5b9ULL;
    hash = (hash ^ static_cast<std::uint64_t>(key.age_s) ^ hash >> 32) * 0x94d049bb133111ebULL;
    return hash ^ hash >> 31;
  }
};

class LiveRows {
 public:
  void add(const HeapRow& row) {
    const std::uint64_t place =
        std::uint64_t{row.stack} << 32 | std::uint64_t{row.is_inherited} << 16 | row.thread;
    const auto [at, is_new] = index_.try_emplace(RowKey{place, row.size, row.age_s}, rows_.size());
    if (is_new) return rows_.push_back(row);
    HeapRow& known = rows_[at->second];
    known.objects = saturated_sum(known.objects, row.objects);
    known.bytes = saturated_sum(known.bytes, row.bytes);
  }

  std::vector<HeapRow> take() { return std::move(rows_); }

 private:
  std::vector<HeapRow> rows_;
  std::unordered_map<RowKey, std::size_t, RowHash> index_;
};

std::vector<HeapRow> live_rows(const SegmentView& view, std::uint64_t* records) {
  const std::uint64_t distance = view.header().settings.sample_bytes;
  LiveRows exact;
  view.for_each_live([&](const LiveBlock& block) {
    exact.add({block.stack, block.thread, age_bucket(view.age_s(block.birth)), block.size,
               view.is_inherited(block.birth), 1, 0});
    ++*records;
  });
  std::vector<HeapRow> rows = exact.take();
  for (HeapRow& row : rows) {
    const double scaled = static_cast<double>(row.objects) * sampling_weight(row.size, distance);
    row.bytes = rounded(scaled * static_cast<double>(row.size));
    row.objects = rounded(scaled);
  }
  return rows;
}

/// A stack that allocates blocks of every size would fill the profile with rows of one block each:
/// sizes of such a stack become powers of two, their values stay exact.
std::vector<HeapRow> with_few_sizes(std::vector<HeapRow> rows) {
  constexpr std::uint32_t kMostRows = 64;
  std::unordered_map<StackId, std::uint32_t> rows_of_stack;
  bool are_few = true;
  for (const HeapRow& row : rows) are_few &= ++rows_of_stack[row.stack] <= kMostRows;
  if (are_few) return rows;
  LiveRows coarse;
  for (HeapRow& row : rows) {
    if (rows_of_stack[row.stack] > kMostRows) row.size = std::bit_floor(row.size);
    coarse.add(row);
  }
  return coarse.take();
}

}  // namespace

double sampling_weight(std::uint64_t size, std::uint64_t mean_distance) {
  if (mean_distance <= 1) return 1;
  const double distance =
      static_cast<double>(std::max<std::uint64_t>(size, 1)) / static_cast<double>(mean_distance);
  if (distance > 40) return 1;
  // 1 − e^(−x) without libm, which has no archive that fits our link: a short series for a small
  // part of x, then 1 − e^(−2y) = u (2 − u) for u = 1 − e^(−y).
  constexpr int kDoublings = 12;
  const double y = distance / (1 << kDoublings);
  double u = y * (1 - y / 2 * (1 - y / 3 * (1 - y / 4 * (1 - y / 5))));
  for (int i = 0; i < kDoublings; ++i) u *= 2 - u;
  return 1 / u;
}

HeapRows heap_rows(const SegmentView& view) {
  HeapRows rows;
  rows.live = with_few_sizes(live_rows(view, &rows.records));
  struct Held {
    std::int64_t objects = 0;
    std::int64_t bytes = 0;
  };
  std::unordered_map<StackId, Held> held;
  for (const HeapRow& row : rows.live) {
    rows.objects = saturated_sum(rows.objects, row.objects);
    rows.bytes = saturated_sum(rows.bytes, row.bytes);
    if (row.is_inherited) continue;  // counts begin anew with each process
    Held& stack = held[row.stack];
    stack.objects = saturated_sum(stack.objects, row.objects);
    stack.bytes = saturated_sum(stack.bytes, row.bytes);
  }
  for (StackId stack = 0; stack < view.stack_limit(); ++stack) {
    const Counted counted = view.counts(stack);
    if (counted.objects == 0 && counted.bytes == 0) continue;
    const auto at = held.find(stack);
    const Held still = at == held.end() ? Held{} : at->second;
    // Counts were copied a moment after the blocks, so they are not below them but by rounding.
    const auto objects = static_cast<std::int64_t>(counted.objects) - still.objects;
    const auto bytes = static_cast<std::int64_t>(counted.bytes) - still.bytes;
    if (objects <= 0 && bytes <= 0) continue;
    rows.passed.push_back(
        {stack, std::max<std::int64_t>(objects, 0), std::max<std::int64_t>(bytes, 0)});
  }
  return rows;
}

}  // namespace leakhook
