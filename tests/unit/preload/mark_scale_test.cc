// SPDX-License-Identifier: Apache-2.0
// Does the marker come through lists of millions, and give up in peace when memory is refused?
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <cstdio>
#include <memory>
#include <random>
#include <vector>

#include "../../../preload/mark/marker.h"
#include "own_books.h"

namespace leakhook::mark {
namespace {

constexpr std::uint64_t kMillions = 2'000'000;

/// A list whose nodes follow each other in no order, 48 bytes each.
class List {
 public:
  explicit List(std::uint64_t nodes) : memory_(nodes * 6), order_(nodes) {
    std::mt19937_64 random(1);
    for (std::uint64_t i = 0; i < nodes; ++i) order_[i] = i;
    for (std::uint64_t i = nodes - 1; i > 0; --i) std::swap(order_[i], order_[random() % (i + 1)]);
    for (std::uint64_t i = 0; i + 1 < nodes; ++i) memory_[order_[i] * 6 + 1] = node(order_[i + 1]);
  }

  std::uint64_t node(std::uint64_t i) const {
    return reinterpret_cast<std::uint64_t>(&memory_[i * 6]);
  }
  std::uint64_t head() const { return node(order_[0]); }

  bool index(Marker* marker) const {
    return marker->index([this](auto&& visit) {
      for (std::uint64_t i = 0; i < order_.size(); ++i) visit(node(i), 48, 1);
    });
  }

 private:
  std::vector<std::uint64_t> memory_;
  std::vector<std::uint64_t> order_;
};

TEST(MarkScale, AListOfMillionsIsReachedFromItsHead) {
  const List list(kMillions);
  Marker marker;
  ASSERT_TRUE(list.index(&marker));
  marker.root_word(list.head());
  ASSERT_TRUE(marker.finish());
  EXPECT_EQ(marker.count(), 0u);
  EXPECT_EQ(marker.facts().heap_bytes_scanned, kMillions * 48);
}

TEST(MarkScale, AListOfMillionsThatIsLostHangsBelowItsHead) {
  const List list(kMillions);
  Marker marker;
  ASSERT_TRUE(list.index(&marker));
  ASSERT_TRUE(marker.finish());
  ASSERT_EQ(marker.count(), kMillions);
  std::uint64_t wrong = 0;
  for (std::uint64_t i = 0; i < kMillions; ++i) {
    const ReachRecord& record = marker.records()[i];
    const bool is_head = record.address == list.head();
    wrong += record.reach() != (is_head ? Reach::definite : Reach::indirect) ||
             marker.records()[record.leader].address != list.head();
  }
  EXPECT_EQ(wrong, 0u);
}

/// Leaves the calling process so many bytes of address space more than it has.
void allow(std::uint64_t bytes) {
  std::uint64_t pages = 0;
  FILE* file = std::fopen("/proc/self/statm", "r");
  ASSERT_EQ(std::fscanf(file, "%lu", &pages), 1);
  std::fclose(file);
  const rlimit limit{pages * 4096 + bytes, RLIM_INFINITY};
  ASSERT_EQ(setrlimit(RLIMIT_AS, &limit), 0);
}

TEST(MarkScale, RefusedMemoryIsSaidNotSuffered) {
  if (kIsSanitized) GTEST_SKIP() << "the sanitizer needs address space itself";
  const List list(20'000);
  const auto refused_with = [&](std::uint64_t bytes) {
    return testing::in_child([&] {
      allow(bytes);
      const auto marker = std::make_unique<Marker>();
      return !list.index(marker.get()) || !marker->finish();
    });
  };
  int refused = 0;
  int granted = 0;
  for (std::uint64_t kib = 0; kib < 20'000; kib += 200) {
    const int outcome = refused_with(kib << 10);
    ASSERT_LE(outcome, 1) << "died with " << kib;
    (outcome == 0 ? refused : granted)++;
  }
  EXPECT_GT(refused, 10) << "at the directory, the lines, the records";
  EXPECT_GT(granted, 10);
}

}  // namespace
}  // namespace leakhook::mark
