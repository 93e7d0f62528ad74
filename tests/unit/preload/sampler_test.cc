// SPDX-License-Identifier: Apache-2.0
// Do sampled blocks stand for all blocks, without bias, and is the error as large as it says?
#include "../../../preload/ledger/sampler.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "../../../preload/ledger/attention.h"
#include "../../../preload/ledger/segment.h"

namespace leakhook::ledger {
namespace {

/// Sampled mode without books.
class Mean {
 public:
  explicit Mean(std::uint64_t mean) { segment.sample_bytes = mean, sample_filter.turn_on(); }
  ~Mean() { segment.sample_bytes = 0, sample_filter.turn_off(), this_thread = {}; }
};

bool passes_by(std::size_t size) {
  return sampler::passes_by(this_thread.bytes_until_sample, size);
}
bool takes(std::size_t size) { return !passes_by(size) && sampler::takes(size); }

/// The thread's sampler begins anew from this seed.
void seed(std::uint64_t value) {
  this_thread.random = value * 0x9e3779b97f4a7c15ULL | 1;
  for (int i = 0; i < 8; ++i) takes(std::size_t{1} << 62);  // surely taken: drawn anew
}

/// Allows six standard deviations: one false alarm in 10^9 runs.
void expect_near(double sum, double expected, double variance, const char* what) {
  EXPECT_LT(std::fabs(sum - expected), 6 * std::sqrt(variance) + 1e-6 * expected)
      << what << ": " << sum << " instead of " << expected;
}

struct Blocks {
  std::size_t size;
  std::uint64_t mean;
};
class Sampler : public ::testing::TestWithParam<Blocks> {};

TEST_P(Sampler, WeightsOfTakenBlocksSumUpToAllBlocks) {
  const auto [size, mean] = GetParam();
  const Mean sampled(mean);
  const double chance = -std::expm1(-static_cast<double>(size + 1) / static_cast<double>(mean));
  double taken = 0, weights = 0, rounded = 0, bytes = 0;
  constexpr int kSeeds = 100, kBlocks = 20'000;
  for (int s = 1; s <= kSeeds; ++s) {
    seed(static_cast<std::uint64_t>(s));
    for (int i = 0; i < kBlocks; ++i) {
      if (!takes(size)) continue;
      const double weight = sampling_weight(size, mean);
      ++taken, weights += weight;
      rounded += static_cast<double>(sampler::round_fairly(weight));
      bytes += static_cast<double>(sampler::round_fairly(weight * static_cast<double>(size)));
    }
  }
  const double all = 1.0 * kSeeds * kBlocks, variance = all * (1 - chance) / chance;
  expect_near(taken, all * chance, all * chance * (1 - chance) + 1, "taken");
  expect_near(weights, all, variance + 1, "objects");
  expect_near(rounded, all, variance + all, "rounded objects");
  const double size_squared = static_cast<double>(size) * static_cast<double>(size);
  expect_near(bytes, all * static_cast<double>(size), variance * size_squared + all, "bytes");
}
INSTANTIATE_TEST_SUITE_P(, Sampler,
                         ::testing::Values(Blocks{0, 100}, Blocks{1, 100}, Blocks{16, 4096},
                                           Blocks{4096, 4096}, Blocks{3000, 512}, Blocks{7, 2},
                                           Blocks{100'000, 4096}));

TEST(SamplerOfAMix, EachSizeIsRightForItself) {
  constexpr std::uint64_t kMean = 4096;
  const Mean sampled(kMean);
  constexpr std::size_t kSizes[] = {16, 200, 5000, 60'000};
  double sums[4] = {};
  constexpr int kRounds = 400'000;
  seed(42);
  for (int i = 0; i < kRounds; ++i)
    for (int k = 0; k < 4; ++k)
      if (takes(kSizes[k])) sums[k] += sampling_weight(kSizes[k], kMean);
  for (int k = 0; k < 4; ++k) {
    const double chance = -std::expm1(-static_cast<double>(kSizes[k] + 1) / kMean);
    expect_near(sums[k], kRounds, kRounds * (1 - chance) / chance + 1, "a size");
  }
}

/// A heap of blocks between `least` and 4 MiB, as many in each octave, and what samples say of it.
struct Guess {
  double truth = 0, guess = 0, variance = 0;
  void add(double value, bool is_taken, double weight) {
    truth += value;
    if (!is_taken) return;
    guess += value * weight;
    variance += value * value * sampling_variance(weight);
  }
  bool is_right() const { return std::fabs(guess - truth) <= 1.96 * std::sqrt(variance); }
};
struct OfAHeap {
  Guess bytes, objects;
};
OfAHeap guess_heap(std::uint64_t mean, double least, int blocks) {
  OfAHeap heap;
  for (int i = 0; i < blocks; ++i) {
    const double place = (i * 0.6180339887498949) - std::floor(i * 0.6180339887498949);
    const auto size = static_cast<std::size_t>(least * std::pow(4194304 / least, place));
    const bool is_taken = takes(size);
    const double weight = sampling_weight(size, mean);
    heap.bytes.add(static_cast<double>(size), is_taken, weight);
    heap.objects.add(1, is_taken, weight);
  }
  return heap;
}

/// The stated error is the error: in 2000 heaps, 95 % of the truths lie within 1.96 of it, and the
/// guesses are neither too high nor too low on the whole.
TEST(SamplerError, IsAsLargeAsItSays) {
  constexpr std::uint64_t kMean = 512 * 1024;
  constexpr int kRuns = 2000;
  const Mean sampled(kMean);
  int right_bytes = 0, right_objects = 0;
  double off = 0, variance = 0;
  for (int run = 1; run <= kRuns; ++run) {
    seed(static_cast<std::uint64_t>(run));
    const OfAHeap all = guess_heap(kMean, 1, 1000);
    right_bytes += all.bytes.is_right();
    off += all.bytes.guess - all.bytes.truth;
    variance += all.bytes.variance;
    // One block of 1 B stands for half a million: too few to be normal.
    right_objects += guess_heap(kMean, 65536, 1000).objects.is_right();
  }
  EXPECT_GE(right_bytes, 0.92 * kRuns);
  EXPECT_LE(right_bytes, 0.98 * kRuns);
  EXPECT_GE(right_objects, 0.92 * kRuns);
  EXPECT_LE(right_objects, 0.98 * kRuns);
  EXPECT_LT(std::fabs(off), 4 * std::sqrt(variance));
}

TEST(SamplerError, IsNoneOfBlocksThatAreAlwaysTaken) {
  constexpr std::uint64_t kMean = 64 * 1024;
  const Mean sampled(kMean);
  seed(7);
  for (int i = 0; i < 10'000; ++i) ASSERT_TRUE(takes(100 * kMean));
  EXPECT_EQ(sampling_weight(100 * kMean, kMean), 1);
  EXPECT_EQ(sampling_variance(sampling_weight(100 * kMean, kMean)), 0);
  EXPECT_EQ(sampling_variance(sampling_weight(1, 1)), 0) << "exact mode";
}

/// The distances between samples are exponential: the logarithm is right all along its range.
TEST(SamplerDistances, FollowTheExponentialDistribution) {
  constexpr std::uint64_t kMean = 1000;
  const Mean sampled(kMean);
  seed(3);
  std::vector<int> distances;
  int distance = 0;
  while (distances.size() < 200'000) {
    ++distance;
    if (!takes(0)) continue;
    distances.push_back(distance);
    distance = 0;
  }
  for (const int at : {1, 10, 50, 100, 300, 700, 1000, 2000, 3000, 5000, 8000}) {
    double within = 0;
    for (const int one : distances) within += one <= at;
    const double chance = -std::expm1(-at / double{kMean}), all = double(distances.size());
    expect_near(within, all * chance, all * chance * (1 - chance), "distance");
  }
}

TEST(SamplingWeight, IsAsExactAsTheMathLibrary) {
  for (const std::uint64_t mean : {2ull, 3ull, 1000ull, 524288ull, 1ull << 32, 1ull << 50})
    for (double size = 1; size < 1e18; size *= 1.37) {
      const auto whole = static_cast<std::uint64_t>(size);
      const double x = static_cast<double>(whole + 1) / static_cast<double>(mean);
      const double weight = sampling_weight(whole, mean);
      ASSERT_NEAR(weight * -std::expm1(-x), 1, 1e-9) << whole << " of " << mean;
      const double variance = std::exp(-x) / (std::expm1(-x) * std::expm1(-x));
      ASSERT_NEAR(sampling_variance(weight), variance, 1e-8 * variance + 1e-12);
    }
}

TEST(SamplerRounding, IsFair) {
  const Mean sampled(100);
  seed(5);
  for (const double value : {0.0, 0.25, 0.5, 3.999, 7.0, 1e6 + 0.1}) {
    double sum = 0;
    constexpr int kTimes = 200'000;
    for (int i = 0; i < kTimes; ++i) {
      const auto rounded = static_cast<double>(sampler::round_fairly(value));
      ASSERT_LE(std::fabs(rounded - value), 1);
      sum += rounded - value;
    }
    const double part = value - std::floor(value);
    EXPECT_LE(std::fabs(sum), 6 * std::sqrt(kTimes * part * (1 - part)) + 1e-3) << value;
  }
}

TEST(SamplerThreads, SeedThemselves) {
  const Mean sampled(1000);
  takes(1);
  EXPECT_NE(this_thread.random, 0u);
  const std::uint64_t parents = this_thread.random;
  sampler::forget_parents_samples();
  takes(1);
  EXPECT_NE(this_thread.random, parents);
}

/// The first block of a thread is no more likely to be taken than others.
TEST(SamplerThreads, DecideTheirFirstBlockByChance) {
  const Mean sampled(1000);
  int taken = 0;
  constexpr int kThreads = 20'000;
  for (int i = 0; i < kThreads; ++i) {
    this_thread = {};
    taken += takes(99);
  }
  const double chance = -std::expm1(-0.1);
  expect_near(taken, kThreads * chance, kThreads * chance * (1 - chance), "first blocks");
}

TEST(SamplerInExactMode, LetsNoBlockPass) {
  this_thread = {};
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{1} << 62, SIZE_MAX / 2,
                                 SIZE_MAX - 10, SIZE_MAX - 1, std::size_t{100}}) {
    EXPECT_FALSE(passes_by(size)) << size;
    EXPECT_TRUE(sampler::takes(size)) << size;
  }
  EXPECT_EQ(this_thread.bytes_until_sample, 0);
}

TEST(SamplerWithoutHeapBlocks, Rests) {
  this_thread = {};
  const Mean exact_but_on(1);  // LEAKHOOK_KINDS without heap
  EXPECT_FALSE(takes(100));
  for (int i = 0; i < 1000; ++i) ASSERT_TRUE(passes_by(std::size_t{1} << 40));
}

}  // namespace
}  // namespace leakhook::ledger
