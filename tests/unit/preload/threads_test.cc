// SPDX-License-Identifier: Apache-2.0
// Does a thread's record live as long as the thread holds something, in whatever order it is told?
#include "../../../preload/ledger/threads.h"

#include <gtest/gtest.h>
#include <pthread.h>

#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "../../../preload/ledger/moment.h"
#include "own_books.h"
#include "seen_misuse.h"

namespace leakhook::ledger {
namespace {

using testing::in_child;
using testing::kMiB;
using testing::OwnBooks;
using testing::seen_misuses;

constexpr std::uint64_t kIdentity = 0x7f1234567000;

ThreadRecord* table() { return segment.records<ThreadRecord>(Region::threads); }

int records_in_use() {
  int count = 0;
  const std::uint64_t slots =
      segment.extent(Region::threads).committed.load() / sizeof(ThreadRecord);
  for (std::uint64_t i = 0; i < slots; ++i) count += table()[i].state != ThreadState::free;
  return count;
}

std::string name_of(NameId id) { return segment.records<NameRecord>(Region::names)[id].text; }

/// Runs in a thread of its own, as the new thread's part.
void elsewhere(const std::function<void()>& body) { std::thread(body).join(); }

class Threads : public ::testing::Test {
 protected:
  ThreadRecord* start(bool is_detached = false) {
    return thread_starts(caller_, reinterpret_cast<void*>(0x1234), nullptr, 64 * 1024, is_detached);
  }
  /// The thread's whole life, in a thread of its own.
  static void live(ThreadRecord* thread, std::uint64_t identity = kIdentity) {
    elsewhere([=] {
      thread_enters(thread, identity);
      thread_ends(thread);
    });
  }
  void join(std::uint64_t identity = kIdentity) { thread_joined(caller_, find_thread(identity)); }
  void detach(std::uint64_t identity = kIdentity) {
    thread_detached(caller_, find_thread(identity));
  }

  /// pthread_join says that there is no such thread.
  void refuse(std::uint64_t identity = kIdentity) {
    thread_refused(caller_, identity, find_thread(identity));
  }

  OwnBooks books_;
  const Caller caller_ = LEAKHOOK_CALLER;
};

TEST_F(Threads, TheMainThreadIsTheFirst) {
  EXPECT_EQ(table()[0].is_main, 1);
  EXPECT_EQ(table()[0].identity, pthread_self());
  EXPECT_EQ(table()[0].tid, gettid());
  EXPECT_EQ(this_thread.record, &table()[0]);
  EXPECT_EQ(find_thread(pthread_self()).thread, &table()[0]);
}

TEST_F(Threads, CreatedThenEntersThenEndsThenJoined) {
  ThreadRecord* thread = start();
  ASSERT_NE(thread, nullptr);
  EXPECT_EQ(thread->state, ThreadState::starting);
  EXPECT_EQ(thread->start, 0x1234u);
  EXPECT_NE(thread->stack, 0u);
  thread_created(thread, kIdentity);
  EXPECT_EQ(find_thread(kIdentity).thread, thread) << "known before it runs";
  elsewhere([=] {
    thread_enters(thread, kIdentity);
    EXPECT_EQ(thread->state, ThreadState::running);
    EXPECT_EQ(thread->tid, gettid());
    EXPECT_EQ(this_thread.record, thread);
    thread_ends(thread);
    EXPECT_EQ(this_thread.record, nullptr);
  });
  EXPECT_EQ(thread->state, ThreadState::ended) << "holds its stack until joined";
  join();
  EXPECT_EQ(records_in_use(), 1);
  EXPECT_EQ(find_thread(kIdentity).thread, nullptr);
}

TEST_F(Threads, EntersBeforeTheCreatorReturns) {
  ThreadRecord* thread = start();
  elsewhere([=] {
    thread_enters(thread, kIdentity);
    EXPECT_EQ(find_thread(kIdentity).thread, thread);
    thread_ends(thread);
  });
  thread_created(thread, kIdentity);
  EXPECT_EQ(thread->state, ThreadState::ended);
  join();
  EXPECT_EQ(records_in_use(), 1);
}

TEST_F(Threads, TheYoungestHasThePthread_t) {
  // Another identity with the same hint.
  constexpr std::uint64_t kSameHint = kIdentity + (std::uint64_t{1} << 34);
  ThreadRecord* first = start();
  live(first);
  const ThreadTicket joined_first = find_thread(kIdentity);  // and it is not told yet
  ThreadRecord* second = start();
  live(second);
  live(start(), kSameHint);
  EXPECT_EQ(find_thread(kIdentity).thread, second);
  join();
  EXPECT_EQ(second->state, ThreadState::free);
  EXPECT_EQ(first->state, ThreadState::ended);
  thread_joined(caller_, joined_first);
  join(kSameHint);
  EXPECT_EQ(records_in_use(), 1);
}

TEST_F(Threads, ADetachedOneGoesWhenItEnds) {
  ThreadRecord* thread = start(true);
  thread_created(thread, kIdentity);
  live(thread);
  EXPECT_EQ(records_in_use(), 1);
}

TEST_F(Threads, ADetachedOneGoesBeforeTheCreatorReturns) {
  ThreadRecord* thread = start(true);
  live(thread);
  thread_created(thread, kIdentity);
  EXPECT_EQ(thread->state, ThreadState::free);
  EXPECT_EQ(find_thread(kIdentity).thread, nullptr);
}

TEST_F(Threads, DetachedWhileItRuns) {
  ThreadRecord* thread = start();
  thread_created(thread, kIdentity);
  elsewhere([=, this] {
    thread_enters(thread, kIdentity);
    detach();
    EXPECT_EQ(thread->state, ThreadState::running);
    thread_ends(thread);
  });
  EXPECT_EQ(records_in_use(), 1);
}

TEST_F(Threads, DetachedAfterItEnded) {
  ThreadRecord* thread = start();
  live(thread);
  detach();
  EXPECT_EQ(records_in_use(), 1);
}

TEST_F(Threads, DetachedBeforeItRuns) {
  ThreadRecord* thread = start();
  thread_created(thread, kIdentity);
  detach();
  live(thread);
  EXPECT_EQ(records_in_use(), 1);
}

TEST_F(Threads, OneThatCouldNotStartIsForgotten) {
  thread_start_failed(start());
  EXPECT_EQ(records_in_use(), 1);
}

TEST_F(Threads, ATicketDoesNotMeanTheNextOwnerOfTheIdentity) {
  ThreadRecord* first = start();
  live(first);
  const ThreadTicket ticket = find_thread(kIdentity);
  thread_joined(caller_, ticket);
  ThreadRecord* second = start();
  thread_created(second, kIdentity);
  ASSERT_NE(first, second) << "slots are handed out in turn";
  thread_detached(caller_, ticket);
  EXPECT_EQ(second->is_detached, 0);
  EXPECT_EQ(second->state, ThreadState::starting);
}

TEST_F(Threads, ANewRecordKnowsNothingOfTheOld) {
  const std::uint64_t slots = 4096 / sizeof(ThreadRecord);
  for (std::uint64_t i = 0; i < 2 * slots; ++i) {
    ThreadRecord* thread = start(i % 2 == 0);
    ASSERT_EQ(thread->identity, 0u);
    ASSERT_EQ(thread->tid, 0);
    ASSERT_EQ(thread->is_detached, i % 2 == 0);
    thread_created(thread, kIdentity + i * 4096);
    live(thread, kIdentity + i * 4096);
    join(kIdentity + i * 4096);
  }
  EXPECT_EQ(records_in_use(), 1);
}

TEST_F(Threads, UnknownOnesAreHarmless) {
  join(77);
  detach(77);
  thread_named(77, "nobody");
  EXPECT_EQ(records_in_use(), 1);
}

TEST_F(Threads, AThreadStartsWithItsCreatorsName) {
  thread_named(0, "boss");
  ThreadRecord* thread = start();
  EXPECT_EQ(name_of(thread->name), "boss");
  thread_created(thread, kIdentity);
  thread_named(kIdentity, "worker");
  EXPECT_EQ(name_of(thread->name), "worker");
  EXPECT_EQ(name_of(thread->creator), "boss");
  elsewhere([=] {
    thread_enters(thread, kIdentity);
    thread_named(0, "itself");
    thread_ends(thread);
    EXPECT_EQ(name_of(this_thread.name), "itself") << "its destructors may still allocate";
  });
  EXPECT_EQ(name_of(thread->name), "itself");
}

TEST_F(Threads, AStrangerCanHaveAName) {
  elsewhere([] {
    thread_named(0, "stranger");
    EXPECT_EQ(name_of(this_thread.name), "stranger");
  });
}

/// What pthread_create's hook does, with a true stack.
TEST_F(Threads, TheStackBoundsHoldTheThreadsFrames) {
  if (kIsThreadSanitized)
    GTEST_SKIP() << "its threads have larger stacks than they were asked for";
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, 256 * 1024);
  ThreadRecord* thread = thread_starts(caller_, nullptr, nullptr, 256 * 1024, false);
  pthread_t id;
  const auto body = [](void* argument) -> void* {
    auto* mine = static_cast<ThreadRecord*>(argument);
    thread_enters(mine, pthread_self());
    const auto here = reinterpret_cast<std::uint64_t>(__builtin_frame_address(0));
    EXPECT_LT(mine->stack_low, here);
    EXPECT_GT(mine->stack_high, here);
    EXPECT_LE(mine->stack_high - mine->stack_low, 256u * 1024);
    for (std::uint64_t at = mine->stack_low; at < mine->stack_high; at += 4096)
      (void)*reinterpret_cast<volatile char*>(at);  // all of it can be read
    thread_ends(mine);
    return nullptr;
  };
  ASSERT_EQ(pthread_create(&id, &attributes, body, thread), 0);
  pthread_join(id, nullptr);
  pthread_attr_destroy(&attributes);
}

TEST_F(Threads, AThreadOnAStackOfItsOwnHasNoBounds) {
  ThreadRecord* thread = start();
  elsewhere([=] {
    thread_enters(thread, 4096);  // its descriptor is not where glibc puts it
    EXPECT_EQ(this_thread.stack_low, 0u);
    EXPECT_EQ(this_thread.stack_high, 0u);
    thread_ends(thread);
  });
}

TEST(ThreadTable, AFullTableIsCounted) {
  const OwnBooks books(kMiB);
  const std::uint64_t most =
      segment.extent(Region::threads).reserved / sizeof(ThreadRecord) - 1;  // and the main thread
  const Caller nowhere{};
  for (std::uint64_t i = 0; i < most; ++i)
    ASSERT_NE(thread_starts(nowhere, nullptr, nullptr, 0, false), nullptr) << i;
  EXPECT_EQ(books.counter(Counter::thread_table_full), 0u);
  EXPECT_EQ(thread_starts(nowhere, nullptr, nullptr, 0, false), nullptr);
  EXPECT_EQ(books.counter(Counter::thread_table_full), 1u);
  EXPECT_EQ(table()[0].is_main, 1) << "never taken";
}

TEST_F(Threads, JoinedOrDetachedTwiceIsMisuse) {
  live(start());
  refuse();
  EXPECT_TRUE(seen_misuses().empty()) << "another thread may wait for it";
  join();
  refuse(), refuse();
  ASSERT_EQ(seen_misuses().size(), 1u);
  EXPECT_EQ(seen_misuses()[0].misuse, MisuseKind::double_join);
  EXPECT_EQ(seen_misuses()[0].count, 2u);
  EXPECT_NE(seen_misuses()[0].closed, 0u);
  EXPECT_NE(seen_misuses()[0].opened, 0u);
}

TEST_F(Threads, ThatWereNeverSeenAreNotJudged) {
  refuse(kIdentity + 0x1000);
  EXPECT_TRUE(seen_misuses().empty());
}

TEST_F(Threads, JoinedThoughStartedDetachedIsMisuse) {
  ThreadRecord* thread = start(true);
  thread_created(thread, kIdentity + 0x2000);
  refuse(kIdentity + 0x2000);
  ASSERT_EQ(seen_misuses().size(), 1u);
  EXPECT_EQ(seen_misuses()[0].closed, 0u) << "nobody detached it";
  EXPECT_EQ(seen_misuses()[0].opened, thread->stack);
}

TEST_F(Threads, NothingIsLeftOfManyAtOnce) {
  std::vector<std::thread> creators;
  std::atomic<int> wrong{0};
  for (std::uint64_t t = 0; t < 4; ++t)
    creators.emplace_back([&wrong, t] {
      const Caller nowhere{};
      for (std::uint64_t i = 0; i < 3000; ++i) {
        const std::uint64_t identity = (t << 32 | i) << 12;
        ThreadRecord* thread = thread_starts(nowhere, nullptr, nullptr, 0, false);
        wrong += thread == nullptr;
        thread_created(thread, identity);
        thread_enters(thread, identity);
        thread_ends(thread);
        wrong += find_thread(identity).thread != thread;
        thread_joined(nowhere, find_thread(identity));
      }
    });
  for (std::thread& creator : creators) creator.join();
  EXPECT_EQ(wrong.load(), 0);
  EXPECT_EQ(records_in_use(), 1);
}

TEST_F(Threads, OfAForkedProcessOnlyOneIsLeft) {
  thread_named(0, "chief");
  for (int i = 0; i < 5; ++i) start();
  EXPECT_EQ(in_child([] {
              only_this_thread_left();
              return records_in_use() == 1 && table()[0].tid == gettid() &&
                     name_of(table()[0].name) == "chief" && this_thread.record == &table()[0];
            }),
            0);
}

/// Another thread was in the middle of a change: it did not come along to end it.
TEST_F(Threads, AForkedChildWaitsForNoOtherThread) {
  ThreadRecord* thread = start();
  EXPECT_EQ(in_child([=] {
              const std::uint32_t version = thread->version.load();
              thread->version.store(version | 1);
              only_this_thread_left();
              return records_in_use() == 1 && (thread->version.load() & 1) == 0 &&
                     segment.header->counters[static_cast<int>(Counter::records_seized)].load() == 0;
            }),
            0);
}

/// A thread forks and its start routine returns in the child too.
TEST_F(Threads, AForkingThreadsEndInTheChildLeavesNoRecord) {
  ThreadRecord* thread = start();
  elsewhere([=] {
    thread_enters(thread, kIdentity);
    EXPECT_EQ(in_child([=] {
                only_this_thread_left();
                thread_ends(thread);
                return records_in_use() == 1;
              }),
              0);
    thread_ends(thread);
  });
}

TEST(ThreadsToCome, EndTheTimeWithoutLocks) {
  const OwnBooks books;
  is_threaded.store(false);
  ThreadRecord* thread = thread_starts(LEAKHOOK_CALLER, nullptr, nullptr, 1 << 20, true);
  EXPECT_TRUE(is_threaded.load()) << "before it is made";
  thread_start_failed(thread);
}

TEST(ThreadsToCome, OneThatNobodySawComingDoesToo) {
  const OwnBooks books;
  is_threaded.store(false);
  std::thread([] { (void)take_moment(LEAKHOOK_CALLER); }).join();
  EXPECT_TRUE(is_threaded.load());
}

}  // namespace
}  // namespace leakhook::ledger
