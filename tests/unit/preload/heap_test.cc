// SPDX-License-Identifier: Apache-2.0
// Are the records of a sampled heap those of its live blocks, whatever happens to them?
#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <random>
#include <thread>
#include <vector>

#include "../../../preload/ledger/live_table.h"
#include "../../../preload/life/books.h"
#include "own_books.h"

namespace leakhook::ledger {
namespace {

using testing::in_child;
using testing::kMiB;
using testing::OwnBooks;
using testing::released_block;

constexpr std::uint64_t kBase = 0x7f0000000000;

void* block(std::uint64_t n) { return reinterpret_cast<void*>(kBase + 16 * n); }
const testing::FrameCalledFrom kHook(0x1234);

void clear_filter() {
  for (auto& counter : sample_filter.counters) counter.store(0);
}

/// Books of a process with LEAKHOOK_SAMPLE=mean.
class SampledBooks {
 public:
  explicit SampledBooks(std::uint64_t mean, const std::string& folder = "",
                        std::uint64_t memory = 64 * kMiB)
      : books_(memory, folder) {
    segment.sample_bytes = segment.header->settings.sample_bytes = mean;
    clear_filter();
    sample_filter.turn_on();
    this_thread.random = 0x9e3779b97f4a7c15ULL;
    this_thread.bytes_until_sample = 0;
  }
  ~SampledBooks() {
    clear_filter();
    sample_filter.turn_off();
  }
  OwnBooks& books() { return books_; }
  /// Of blocks. (Stacks that start nowhere are counted too.)
  std::uint64_t losses() const {
    return books_.counter(Counter::unknown_releases) + books_.counter(Counter::live_table_full);
  }

 private:
  OwnBooks books_;
};

std::uint64_t records() {
  std::uint64_t count = 0;
  const auto* all = segment.records<LiveRecord>(Region::live);
  for (std::uint64_t i = 0; i < segment.header->live_buckets.load() * 4; ++i)
    count += all[i].key.load() != 0;
  return count;
}

std::uint64_t sum_of_counters() {
  std::uint64_t sum = 0;
  for (const auto& counter : sample_filter.counters) sum += counter.load();
  return sum;
}

/// What an exporter would say the heap holds, and the variance of that.
struct Estimate {
  double bytes = 0, variance = 0;
};
Estimate estimate() {
  Estimate sum;
  const auto* all = segment.records<LiveRecord>(Region::live);
  for (std::uint64_t i = 0; i < segment.header->live_buckets.load() * 4; ++i) {
    if (all[i].key.load() == 0) continue;
    const std::uint64_t size = LiveValue::decode(all[i].value.load()).size;
    const double weight = sampling_weight(size, segment.sample_bytes);
    sum.bytes += weight * static_cast<double>(size);
    sum.variance +=
        static_cast<double>(size) * static_cast<double>(size) * sampling_variance(weight);
  }
  return sum;
}

TEST(ExactHeap, RecordsEveryBlockAndLeavesTheFilterAlone) {
  const OwnBooks books;
  const std::uint64_t counted = sum_of_counters();
  for (std::uint64_t i = 1; i <= 1000; ++i) acquired_block(kHook, block(i), i);
  EXPECT_EQ(records(), 1000u);
  EXPECT_EQ(sum_of_counters(), counted);
  for (std::uint64_t i = 1; i <= 1000; ++i) released_block(block(i));
  EXPECT_EQ(records(), 0u);
  released_block(nullptr);
  EXPECT_EQ(books.counter(Counter::unknown_releases), 0u);
  released_block(block(1));
  EXPECT_EQ(books.counter(Counter::unknown_releases), 1u);
}

TEST(SampledHeap, HasAsManyRecordsAsTheFilterCounts) {
  const SampledBooks sampled(1000);
  for (std::uint64_t i = 1; i <= 20'000; ++i) acquired_block(kHook, block(i), 100);
  EXPECT_GT(records(), 1000u);
  EXPECT_LT(records(), 4000u);
  EXPECT_EQ(sum_of_counters(), records());
  for (std::uint64_t i = 1; i <= 20'000; ++i) released_block(block(i));
  EXPECT_EQ(records(), 0u);
  EXPECT_EQ(sum_of_counters(), 0u);
  EXPECT_EQ(sampled.losses(), 0u) << "unsampled blocks are no unknown releases";
}

TEST(SampledHeap, ARefusedMoveKeepsTheRecord) {
  const SampledBooks sampled(1000);
  acquired_block(kHook, block(1), 1'000'000);
  const WithdrawnBlock old = withdraw_block(block(1));
  EXPECT_NE(old.key, 0u);
  EXPECT_EQ(records() + sum_of_counters(), 0u);
  restore_block(old);
  EXPECT_EQ(sum_of_counters(), 1u);
  EXPECT_EQ(withdraw_block(block(1)).value, old.value);
  EXPECT_EQ(records() + sum_of_counters(), 0u);
  restore_block({});
  EXPECT_EQ(records() + sum_of_counters(), 0u);
}

/// The table has no room: nothing is counted that is not in it.
TEST(SampledHeap, AFullTableLeavesNoCounterRaised) {
  const SampledBooks sampled(2, "", 2 * kMiB);
  std::uint64_t n = 0;
  const auto fill_until = [&](std::uint64_t losses) {
    while (sampled.losses() < losses && n < kMiB) acquired_block(kHook, block(++n), 1000);
  };
  fill_until(1);
  const std::uint64_t before = records();
  clear_filter();
  fill_until(100);
  ASSERT_EQ(sampled.losses(), 100u);
  EXPECT_EQ(sum_of_counters(), records() - before);
}

/// Blocks of one class: as many as a counter can hold, and more.
TEST(SampledHeap, OneClassMayHoldMoreThanItsCounter) {
  const SampledBooks sampled(2);
  std::vector<std::uint64_t> same;
  const auto place = SampleFilter::place_of(kBase);
  for (std::uint64_t n = 0; same.size() < 300; ++n)
    if (SampleFilter::place_of(kBase + 16 * n) == place) same.push_back(n);
  for (const std::uint64_t n : same) acquired_block(kHook, block(n), 1000);
  EXPECT_EQ(records(), 300u);
  for (const std::uint64_t n : same) released_block(block(n));
  EXPECT_EQ(records(), 0u);
}

/// 500 heaps of blocks that grow step by step, some of them refused, some of them given back.
TEST(SampledHeap, ReallocationChainsAreUnbiased) {
  constexpr int kRuns = 500, kBlocks = 300;
  int right = 0;
  double off = 0, variance = 0;
  for (std::uint64_t run = 1; run <= kRuns; ++run) {
    const SampledBooks sampled(16'384);
    this_thread.random = run * 0x9e3779b97f4a7c15ULL | 1;
    std::mt19937_64 random(run);
    double truth = 0;
    std::uint64_t next = 1;
    for (int i = 0; i < kBlocks; ++i) {
      std::uint64_t at = next++, size = 1 + random() % 256;
      acquired_block(kHook, block(at), size);
      for (std::uint64_t steps = random() % 8; steps > 0; --steps) {
        const WithdrawnBlock old = withdraw_block(block(at));
        if (random() % 4 == 0) {
          restore_block(old);
          continue;
        }
        size = size * 2 + random() % 64;
        if (random() % 2 == 0) at = next++;
        acquired_block(kHook, block(at), size);
      }
      if (random() % 5 == 0)
        released_block(block(at));
      else
        truth += static_cast<double>(size);
    }
    const Estimate guess = estimate();
    right += std::fabs(guess.bytes - truth) <= 1.96 * std::sqrt(guess.variance);
    off += guess.bytes - truth, variance += guess.variance;
    ASSERT_EQ(sum_of_counters(), records());
  }
  EXPECT_GE(right, 0.92 * kRuns);
  EXPECT_LE(right, 0.98 * kRuns);
  EXPECT_LT(std::fabs(off), 4 * std::sqrt(variance));
}

/// Threads hand blocks to each other: whoever owns an address gives it back or passes it on.
TEST(SampledHeap, LosesAndInventsNothingBetweenThreads) {
  const SampledBooks sampled(200);
  constexpr std::uint64_t kBlocks = 30'000;
  std::vector<std::atomic<int>> owned(kBlocks);  // 0 free, 1 allocated, 2 in a thread's hands
  std::vector<std::thread> threads;
  for (std::uint64_t t = 0; t < 4; ++t)
    threads.emplace_back([&owned, t] {
      std::mt19937_64 random(t);
      for (int i = 0; i < 200'000; ++i) {
        const std::uint64_t n = random() % kBlocks;
        const int was = owned[n].exchange(2);
        if (was == 2) continue;
        if (was == 0)
          acquired_block(kHook, block(n), random() % 200);
        else
          released_block(block(n));
        owned[n].store(1 - was);
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_GT(records(), 1000u);
  for (std::uint64_t n = 0; n < kBlocks; ++n)
    if (owned[n].load() == 1) released_block(block(n));
  EXPECT_EQ(records(), 0u);
  EXPECT_EQ(sum_of_counters(), 0u);
  EXPECT_EQ(sampled.losses(), 0u);
}

/// Somebody who sees a record in the table also sees its counter raised: the counter comes first
/// and goes last.
TEST(SampledHeap, TheFilterIsNeverBehindTheTable) {
  const SampledBooks sampled(2);
  const auto* all = segment.records<LiveRecord>(Region::live);
  std::atomic<const LiveRecord*> record{nullptr};
  acquired_block(kHook, block(1), 1000);
  for (std::uint64_t i = 0; i < segment.header->live_buckets.load() * 4; ++i)
    if (all[i].key.load() != 0) record = &all[i];
  released_block(block(1));
  ASSERT_NE(record.load(), nullptr);
  const auto& counter = sample_filter.counters[SampleFilter::place_of(kBase + 16)];
  std::atomic<std::uint64_t> seen{0}, behind{0};
  std::atomic<bool> is_over{false};
  std::thread watcher([&] {
    while (!is_over.load()) {
      const std::uint64_t before = record.load()->value.load();
      const std::uint64_t key = record.load()->key.load();
      const std::uint8_t count = counter.load();
      const bool is_same =
          record.load()->key.load() == key && record.load()->value.load() == before;
      if (key == 0 || key == kBusyKey || !is_same) continue;
      ++seen;
      behind += count == 0;
    }
  });
  // Sizes tell one record of this address from the next.
  for (std::uint64_t size = 1000; size < 300'000 || (seen.load() < 20'000 && size < 200'000'000);
       ++size) {
    acquired_block(kHook, block(1), size);
    released_block(block(1));
  }
  is_over = true;
  watcher.join();
  EXPECT_GT(seen.load(), 0u);
  EXPECT_EQ(behind.load(), 0u);
}

class TemporaryFolder {
 public:
  TemporaryFolder() {
    char path[] = "/tmp/leakhook-heap-XXXXXX";
    path_ = mkdtemp(path);
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// Once with private memory, once with a file of LEAKHOOK_DIR.
class ForkedSampledHeap : public ::testing::TestWithParam<bool> {
 protected:
  ForkedSampledHeap() : sampled_(1000, GetParam() ? folder_.path() : "") {
    for (std::uint64_t i = 1; i <= 5000; ++i) acquired_block(kHook, block(i), 100);
  }
  TemporaryFolder folder_;
  SampledBooks sampled_;
};
INSTANTIATE_TEST_SUITE_P(, ForkedSampledHeap, ::testing::Bool(), [](const auto& is_file) {
  return is_file.param ? "InAFile" : "InMemory";
});

TEST_P(ForkedSampledHeap, ItsFilterKnowsItsRecords) {
  const std::uint64_t at_first = records();
  ASSERT_GT(at_first, 100u);
  EXPECT_EQ(in_child([=] {
              if (!life::take_over_books()) return false;
              if (records() != at_first || sum_of_counters() != at_first) return false;
              for (std::uint64_t i = 1; i <= 5000; ++i) released_block(block(i));
              return records() == 0 && sum_of_counters() == 0;
            }),
            0);
  EXPECT_EQ(records(), at_first) << "the parent's are its own";
  EXPECT_EQ(sum_of_counters(), at_first);
}

/// The parent goes on before its child is known: a file holds more then than the child's filter.
TEST_P(ForkedSampledHeap, ALateChildCountsWhatItCopied) {
  EXPECT_EQ(in_child([] {
              if (GetParam()) clear_filter();  // as if all had come since the fork
              return life::take_over_books() && sum_of_counters() == records();
            }),
            0);
}

TEST_P(ForkedSampledHeap, AChildHasSamplesOfItsOwn) {
  int births = testing::asked_of_life().births;
  this_thread.bytes_until_sample = 1'000'000;
  thread_forked();
  EXPECT_EQ(this_thread.bytes_until_sample, 0);
  EXPECT_EQ(this_thread.random, 0u);
  EXPECT_EQ(testing::asked_of_life().births, births) << "known already";
  sampled_.books().attention().mode.store(Attention::unborn);
  births += GetParam();
  thread_forked();
  EXPECT_EQ(testing::asked_of_life().births, births) << "a file is copied at once";
}

TEST(HeapOfOtherKinds, CostsNothing) {
  const SampledBooks books(1);  // LEAKHOOK_SAMPLE as it is by default
  segment.kinds = bit_of(Kind::timer);
  acquired_block(kHook, block(1), 100);
  EXPECT_GT(this_thread.bytes_until_sample, std::int64_t{1} << 60);
  EXPECT_TRUE(sample_filter.has_surely_not(block(1)));
  EXPECT_EQ(records(), 0u);
}

TEST(DormantSampledHeap, TakesUpBytesAndFollowsReleases) {
  SampledBooks sampled(1000);
  acquired_block(kHook, block(1), 1'000'000);
  sampled.books().attention().mode.store(Attention::dormant);
  for (std::uint64_t i = 2; i <= 1000; ++i) acquired_block(kHook, block(i), 100);
  EXPECT_EQ(records(), 1u);
  released_block(block(1));
  EXPECT_EQ(records() + sum_of_counters(), 0u);
  sampled.books().attention().mode.store(Attention::recording);
  acquired_block(kHook, block(1), 1'000'000);
  EXPECT_EQ(records(), 1u);
}

}  // namespace
}  // namespace leakhook::ledger
