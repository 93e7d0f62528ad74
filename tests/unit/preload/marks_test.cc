// SPDX-License-Identifier: Apache-2.0
// Has each mark one id, and is it on the stacks that are taken under it?
#include "../../../preload/ledger/marks.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <thread>
#include <vector>

#include "../../../preload/ledger/ledger.h"
#include "own_books.h"

namespace leakhook::ledger {
namespace {

using testing::kMiB;
using testing::OwnBooks;

std::string text_of(MarkId id) { return segment.records<MarkRecord>(Region::marks)[id].text; }

TEST(Marks, EqualMarksHaveOneId) {
  const OwnBooks books;
  const MarkId first = marks::intern("Orders.Print");
  EXPECT_NE(first, 0);
  EXPECT_EQ(marks::intern("Orders.Print"), first);
  EXPECT_NE(marks::intern("Orders.PrintAll"), first);
  EXPECT_EQ(text_of(first), "Orders.Print");
}

TEST(Marks, NothingIsNoMark) {
  const OwnBooks books;
  EXPECT_EQ(marks::intern(nullptr), 0);
  EXPECT_EQ(marks::intern(""), 0);
  EXPECT_EQ(segment.extent(Region::marks).committed.load(), 0u) << "costs nothing where unused";
}

TEST(Marks, OfALongOneTheEndStays) {
  const OwnBooks books;
  const std::string fits(127, 'x');
  EXPECT_EQ(text_of(marks::intern(fits.c_str())), fits);
  EXPECT_EQ(text_of(marks::intern((std::string(200, 'a') + fits).c_str())),
            "..." + std::string(124, 'x'));
}

TEST(Marks, AFullTableIsCounted) {
  const OwnBooks books(64 * kMiB);
  std::uint64_t refused = 0;
  for (int i = 0; i < 4200; ++i) {
    const MarkId id = marks::intern(("Suite.Test" + std::to_string(i)).c_str());
    refused += id == 0;
    ASSERT_LT(id, kMaxMarks);
  }
  EXPECT_EQ(refused, 4200u - (kMaxMarks - 1)) << "all ids but 0";
  EXPECT_EQ(books.counter(Counter::mark_table_full), refused);
  EXPECT_EQ(text_of(marks::intern("Suite.Test1")), "Suite.Test1") << "known ones are still found";
}

TEST(Marks, ThreadsGetTheirOwnText) {
  const OwnBooks books(64 * kMiB);
  std::vector<std::thread> threads;
  std::atomic<int> wrong{0};
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&wrong, t] {
      for (int i = 0; i < 400; ++i) {
        const std::string mark = "t" + std::to_string(t) + "_" + std::to_string(i % 100);
        wrong += text_of(marks::intern(mark.c_str())) != mark;
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong.load(), 0);
}

}  // namespace
}  // namespace leakhook::ledger
