// SPDX-License-Identifier: Apache-2.0
// What does the heap hold, and who ever asked for it?
#include "heap_rows.h"

#include <algorithm>
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

std::vector<HeapRow> live_rows(const SegmentView& view) {
  std::vector<HeapRow> rows;
  std::unordered_map<RowKey, std::size_t, RowHash> index;
  view.for_each_live([&](const LiveBlock& block) {
    const std::int64_t age = age_bucket(view.age_s(block.birth));
    const bool is_inherited = view.is_inherited(block.birth);
    const std::uint64_t place =
        std::uint64_t{block.stack} << 32 | std::uint64_t{is_inherited} << 16 | block.thread;
    const auto [at, is_new] = index.try_emplace(RowKey{place, block.size, age}, rows.size());
    if (is_new) rows.push_back({block.stack, block.thread, age, block.size, is_inherited, 0, 0});
    ++rows[at->second].objects;
  });
  return rows;
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
  rows.live = live_rows(view);
  struct Held {
    std::int64_t objects = 0;
    std::int64_t bytes = 0;
  };
  std::unordered_map<StackId, Held> held;
  const std::uint64_t distance = view.header().settings.sample_bytes;
  for (HeapRow& row : rows.live) {
    const double scaled = static_cast<double>(row.objects) * sampling_weight(row.size, distance);
    row.bytes = rounded(scaled * static_cast<double>(row.size));
    row.objects = rounded(scaled);
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
