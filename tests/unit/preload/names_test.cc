// SPDX-License-Identifier: Apache-2.0
// Has each thread name one id?
#include "../../../preload/ledger/names.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "own_books.h"

namespace leakhook::ledger {
namespace {

using testing::OwnBooks;

std::string text_of(NameId id) { return segment.records<NameRecord>(Region::names)[id].text; }

TEST(Names, EqualNamesHaveOneId) {
  const OwnBooks books;
  const NameId worker = names::intern("worker");
  EXPECT_NE(worker, 0);
  EXPECT_EQ(names::intern("worker"), worker);
  EXPECT_NE(names::intern("worker2"), worker);
  EXPECT_EQ(text_of(worker), "worker");
}

TEST(Names, EmptyIsNoName) {
  const OwnBooks books;
  EXPECT_EQ(names::intern(""), 0);
}

TEST(Names, FifteenBytesCount) {
  const OwnBooks books;
  const NameId id = names::intern("fifteen_letters");
  EXPECT_EQ(text_of(id), "fifteen_letters");
  EXPECT_EQ(names::intern("fifteen_letters_and_more"), id);
}

TEST(Names, AFullTableIsCounted) {
  const OwnBooks books;
  int refused = 0;
  for (int i = 0; i < 2000; ++i) {
    const NameId id = names::intern(("n" + std::to_string(i)).c_str());
    refused += id == 0;
    ASSERT_LT(id, kMaxNames);
  }
  EXPECT_GT(refused, 2000 - static_cast<int>(kMaxNames));
  EXPECT_EQ(books.counter(Counter::name_table_full), static_cast<std::uint64_t>(refused));
  EXPECT_EQ(segment.extent(Region::names).used.load(), kMaxNames);
  EXPECT_EQ(text_of(names::intern("n1")), "n1") << "known ones are still found";
}

TEST(Names, ThreadsGetTheirOwnText) {
  const OwnBooks books;
  std::vector<std::thread> threads;
  std::atomic<int> wrong{0};
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&wrong, t] {
      for (int i = 0; i < 200; ++i) {
        const std::string name = "t" + std::to_string(t) + "_" + std::to_string(i % 50);
        wrong += text_of(names::intern(name.c_str())) != name;
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong.load(), 0);
}

}  // namespace
}  // namespace leakhook::ledger
