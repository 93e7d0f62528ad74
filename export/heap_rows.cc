// SPDX-License-Identifier: Apache-2.0
// What does the heap hold, and who ever asked for it?
#include "heap_rows.h"

#include <algorithm>
#include <bit>
#include <compare>
#include <tuple>
#include <unordered_map>

#include "../preload/contract/sampling.h"
#include "profile_writer.h"
#include "radix_sort.h"
#include "saturated.h"

namespace leakhook {
namespace {

/// Square root without libm, which has no archive that fits our link: Newton's steps from half the
/// exponent.
double root_of(double value) {
  if (value <= 0) return 0;
  double root = std::bit_cast<double>((std::bit_cast<std::uint64_t>(value) >> 1) +
                                      (std::uint64_t{1023} << 51));
  for (int i = 0; i < 6; ++i) root = (root + value / root) / 2;
  return root;
}

/// What tells rows apart, in one number where the size has 28 bits or less:
///   stack (22) | thread (10) | inherited (1) | age bucket (3) | size (28)
constexpr int kSizeBits = 28;
static_assert(kStackIdBits + kNameIdBits + 1 + 3 + kSizeBits == 64 && kAgeBuckets == 8);

/// Makes keys of rows where nobody asked what is reachable.
using PlainKey = std::uint64_t;
/// The others need more: many blocks of one stack may hang below leaks of other stacks.
struct JudgedKey {
  PlainKey plain;
  std::uint64_t judgement;  ///< reach (3) | cause (22)
  friend bool operator==(const JudgedKey&, const JudgedKey&) = default;
};
static_assert(static_cast<int>(Reach::count) <= 8);

PlainKey packed_row(const HeapRow& row, std::uint64_t age) {
  PlainKey key = row.stack;
  key = key << kNameIdBits | row.thread;
  key = key << 1 | static_cast<std::uint64_t>(row.is_inherited);
  key = key << 3 | age;
  return key << kSizeBits | row.size;
}

void pack(const HeapRow& row, std::uint64_t age, PlainKey* key) { *key = packed_row(row, age); }

void pack(const HeapRow& row, std::uint64_t age, JudgedKey* key) {
  *key = {packed_row(row, age), static_cast<std::uint64_t>(row.reach) << kStackIdBits | row.cause};
}

HeapRow unpacked_row(PlainKey key, std::int64_t objects) {
  HeapRow row{};
  row.size = key & ((std::uint64_t{1} << kSizeBits) - 1);
  key >>= kSizeBits;
  row.age_s = age_bound(key & 7);
  row.is_inherited = key >> 3 & 1;
  row.thread = static_cast<NameId>(key >> 4 & (kMaxNames - 1));
  row.stack = static_cast<StackId>(key >> (4 + kNameIdBits));
  row.objects = objects;
  return row;
}

HeapRow unpacked_row(const JudgedKey& key, std::int64_t objects) {
  HeapRow row = unpacked_row(key.plain, objects);
  row.reach = static_cast<Reach>(key.judgement >> kStackIdBits);
  row.cause = static_cast<StackId>(key.judgement & (kMaxStacks - 1));
  return row;
}

void sort_keys(std::vector<PlainKey>* keys) {
  radix_sort(keys, [](PlainKey key) { return key; });
}

void sort_keys(std::vector<JudgedKey>* keys) {
  radix_sort(keys, [](const JudgedKey& key) { return key.judgement; });
  radix_sort(keys, [](const JudgedKey& key) { return key.plain; });
}

std::strong_ordering order_of(const HeapRow& a, const HeapRow& b) {
  const auto what = [](const HeapRow& row) {
    return std::tie(row.stack, row.thread, row.is_inherited, row.age_s, row.size);
  };
  const auto order = what(a) <=> what(b);
  if (order != 0) return order;
  return std::tie(a.reach, a.cause) <=> std::tie(b.reach, b.cause);
}

bool is_before(const HeapRow& a, const HeapRow& b) { return order_of(a, b) < 0; }

/// Equal rows become one. Requires: [begin, end) is in order. The new end.
HeapRow* add_up_equal(HeapRow* begin, HeapRow* end) {
  HeapRow* last = begin;
  for (HeapRow* row = begin; row != end; ++row) {
    if (row == begin) continue;
    if (order_of(*row, *last) != 0) {
      *++last = *row;
      continue;
    }
    last->objects = saturated_sum(last->objects, row->objects);
    last->bytes = saturated_sum(last->bytes, row->bytes);
    last->error.add(row->error);
  }
  return begin == end ? end : last + 1;
}

/// Blocks on their way to rows.
template <class Key>
class RowCounter {
 public:
  explicit RowCounter(const SegmentView& view) : view_(view) {}

  void add(const LiveBlock& block, const Judgement& judgement) {
    ++records_;
    const std::uint64_t age = age_bucket_number(view_.age_s(block.birth));
    const HeapRow row{block.stack,
                      judgement.cause,
                      block.thread,
                      view_.is_inherited(block.birth),
                      judgement.reach,
                      age_bound(age),
                      block.size,
                      1,
                      0,
                      {}};
    if (block.size >> kSizeBits == 0)
      pack(row, age, &keys_.emplace_back());
    else
      rows_.push_back(row);
  }

  std::uint64_t records() const { return records_; }

  /// In the order of their stacks, each once; bytes are not known yet.
  std::vector<HeapRow> take() {
    sort_keys(&keys_);
    const bool are_all_packed = rows_.empty();
    for (std::size_t i = 0, next; i < keys_.size(); i = next) {
      for (next = i + 1; next < keys_.size() && keys_[next] == keys_[i];) ++next;
      rows_.push_back(unpacked_row(keys_[i], static_cast<std::int64_t>(next - i)));
    }
    if (!are_all_packed) {
      std::sort(rows_.begin(), rows_.end(), is_before);
      rows_.resize(static_cast<std::size_t>(
          add_up_equal(rows_.data(), rows_.data() + rows_.size()) - rows_.data()));
    }
    return std::move(rows_);
  }

 private:
  const SegmentView& view_;
  std::vector<Key> keys_;
  std::vector<HeapRow> rows_;
  std::uint64_t records_ = 0;
};

std::vector<HeapRow> counted_rows(const SegmentView& view, std::uint64_t* records) {
  const auto finish = [&](auto* counter) {
    *records = counter->records();
    return counter->take();
  };
  if (view.is_reach_known()) {
    RowCounter<JudgedKey> counter(view);
    view.for_each_judged(
        [&](const LiveBlock& block, const Judgement& judgement) { counter.add(block, judgement); });
    return finish(&counter);
  }
  RowCounter<PlainKey> counter(view);
  view.for_each_live([&](const LiveBlock& block) { counter.add(block, {}); });
  return finish(&counter);
}

std::vector<HeapRow> live_rows(const SegmentView& view, std::uint64_t* records) {
  const std::uint64_t distance = view.header().settings.sample_bytes;
  std::vector<HeapRow> rows = counted_rows(view, records);
  for (HeapRow& row : rows) {
    // Its blocks have one size: weighed before anything is added up.
    const auto blocks = static_cast<double>(row.objects), size = static_cast<double>(row.size);
    const double weight = sampling_weight(row.size, distance);
    row.objects = saturated_round(blocks * weight);
    row.bytes = saturated_round(blocks * weight * size);
    const double variance = blocks * sampling_variance(weight);
    row.error = {variance, variance * size * size};
  }
  return rows;
}

/// A stack that allocates blocks of every size would fill the profile with rows of one block each:
/// sizes of such a stack become powers of two, their values stay exact.
std::vector<HeapRow> with_few_sizes(std::vector<HeapRow> rows) {
  constexpr std::ptrdiff_t kMostRows = 64;
  HeapRow* const all = rows.data();
  HeapRow* const end = all + rows.size();
  HeapRow* kept = all;
  for (HeapRow *row = all, *next = all; row != end; row = next) {
    while (next != end && next->stack == row->stack) ++next;
    HeapRow* last = next;
    if (next - row > kMostRows) {
      for (HeapRow* one = row; one != next; ++one) one->size = std::bit_floor(one->size);
      std::sort(row, next, is_before);
      last = add_up_equal(row, next);
    }
    kept = std::move(row, last, kept);
  }
  rows.resize(static_cast<std::size_t>(kept - all));
  return rows;
}

}  // namespace

void SamplingError::add(const SamplingError& other) {
  objects_variance += other.objects_variance;
  bytes_variance += other.bytes_variance;
}

double SamplingError::objects() const { return root_of(objects_variance); }
double SamplingError::bytes() const { return root_of(bytes_variance); }

std::vector<HeldByStack> held_by_stacks(const HeapRows& rows) {
  std::vector<HeldByStack> held;
  std::unordered_map<StackId, std::size_t> index;
  for (const HeapRow& row : rows.live) {
    const auto [at, is_new] = index.try_emplace(row.stack, held.size());
    if (is_new) held.push_back({row.stack, 0, 0, {}});
    HeldByStack& stack = held[at->second];
    stack.objects = saturated_sum(stack.objects, row.objects);
    stack.bytes = saturated_sum(stack.bytes, row.bytes);
    stack.error.add(row.error);
  }
  return held;
}

HeapRows heap_rows(const SegmentView& view) {
  HeapRows rows;
  rows.live = with_few_sizes(live_rows(view, &rows.records));
  struct Held {
    std::int64_t objects = 0;
    std::int64_t bytes = 0;
  };
  std::vector<Held> held(view.stack_limit());
  for (const HeapRow& row : rows.live) {
    rows.objects = saturated_sum(rows.objects, row.objects);
    rows.bytes = saturated_sum(rows.bytes, row.bytes);
    rows.error.add(row.error);
    // Counts begin anew with each process.
    if (row.is_inherited || row.stack >= held.size()) continue;
    Held& stack = held[row.stack];
    stack.objects = saturated_sum(stack.objects, row.objects);
    stack.bytes = saturated_sum(stack.bytes, row.bytes);
  }
  for (StackId stack = 0; stack < held.size(); ++stack) {
    const Counted counted = view.counts(stack);
    if (counted.objects == 0 && counted.bytes == 0) continue;
    const Held& still = held[stack];
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
