// SPDX-License-Identifier: Apache-2.0
// Do sampled blocks stand for all blocks, without bias?
#include "../../../preload/ledger/sampler.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "../../../preload/ledger/attention.h"

namespace leakhook::ledger {
namespace {

/// The thread's sampler begins anew from this seed.
void seed(std::uint64_t value, std::uint64_t mean) {
  this_thread.random = value * 0x9e3779b97f4a7c15ULL | 1;
  for (int i = 0; i < 8; ++i)
    sampler::takes(std::size_t{1} << 40, mean);  // surely taken: drawn anew
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
class Sampler : public ::testing::TestWithParam<Blocks> {
 protected:
  ~Sampler() override { this_thread = {}; }
};

TEST_P(Sampler, WeightsOfTakenBlocksSumUpToAllBlocks) {
  const auto [size, mean] = GetParam();
  const double counted = size == 0 ? 1 : static_cast<double>(size);
  const double chance = -std::expm1(-counted / static_cast<double>(mean));
  double taken = 0, weights = 0, rounded = 0, bytes = 0;
  constexpr int kSeeds = 100, kBlocks = 20'000;
  for (int s = 1; s <= kSeeds; ++s) {
    seed(static_cast<std::uint64_t>(s), mean);
    for (int i = 0; i < kBlocks; ++i) {
      if (!sampler::takes(size, mean)) continue;
      const double weight = sampler::weight(size, mean);
      ++taken, weights += weight;
      rounded += static_cast<double>(sampler::round_fairly(weight));
      bytes += static_cast<double>(sampler::round_fairly(weight * static_cast<double>(size)));
    }
  }
  const double all = 1.0 * kSeeds * kBlocks, variance = all * (1 - chance) / chance;
  expect_near(taken, all * chance, all * chance * (1 - chance) + 1, "taken");
  expect_near(weights, all, variance + 1, "objects");
  expect_near(rounded, all, variance + all, "rounded objects");
  const double size_squared = counted * counted;
  expect_near(bytes, all * static_cast<double>(size), variance * size_squared + all, "bytes");
}
INSTANTIATE_TEST_SUITE_P(, Sampler,
                         ::testing::Values(Blocks{0, 100}, Blocks{1, 100}, Blocks{16, 4096},
                                           Blocks{4096, 4096}, Blocks{3000, 512}, Blocks{7, 2},
                                           Blocks{100'000, 4096}));

TEST(SamplerOfAMix, EachSizeIsRightForItself) {
  constexpr std::uint64_t kMean = 4096;
  constexpr std::size_t kSizes[] = {16, 200, 5000, 60'000};
  double sums[4] = {};
  constexpr int kRounds = 400'000;
  seed(42, kMean);
  for (int i = 0; i < kRounds; ++i)
    for (int k = 0; k < 4; ++k)
      if (sampler::takes(kSizes[k], kMean)) sums[k] += sampler::weight(kSizes[k], kMean);
  for (int k = 0; k < 4; ++k) {
    const double chance = -std::expm1(-static_cast<double>(kSizes[k]) / kMean);
    expect_near(sums[k], kRounds, kRounds * (1 - chance) / chance + 1, "a size");
  }
  this_thread = {};
}

/// The distances between samples are exponential: the logarithm is right all along its range.
TEST(SamplerDistances, FollowTheExponentialDistribution) {
  constexpr std::uint64_t kMean = 1000;
  seed(3, kMean);
  std::vector<int> distances;
  int distance = 0;
  while (distances.size() < 200'000) {
    ++distance;
    if (!sampler::takes(1, kMean)) continue;
    distances.push_back(distance);
    distance = 0;
  }
  for (const int at : {1, 10, 50, 100, 300, 700, 1000, 2000, 3000, 5000, 8000}) {
    double within = 0;
    for (const int one : distances) within += one <= at;
    const double chance = -std::expm1(-at / double{kMean}), all = double(distances.size());
    expect_near(within, all * chance, all * chance * (1 - chance), "distance");
  }
  this_thread = {};
}

TEST(SamplerWeight, IsAsExactAsTheMathLibrary) {
  for (const std::uint64_t mean : {2ull, 3ull, 1000ull, 524288ull, 1ull << 32, 1ull << 50})
    for (double size = 1; size < 1e18; size *= 1.37) {
      const auto whole = static_cast<std::uint64_t>(size);
      const double exact = -1 / std::expm1(-static_cast<double>(whole) / static_cast<double>(mean));
      ASSERT_NEAR(sampler::weight(whole, mean) / exact, 1, 1e-9) << whole << " of " << mean;
    }
  EXPECT_EQ(sampler::weight(0, 1000), sampler::weight(1, 1000));
}

TEST(SamplerRounding, IsFair) {
  seed(5, 100);
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
  this_thread = {};
}

TEST(SamplerThreads, SeedThemselves) {
  this_thread = {};
  sampler::takes(1, 1000);
  EXPECT_NE(this_thread.random, 0u);
  this_thread = {};
}

}  // namespace
}  // namespace leakhook::ledger
