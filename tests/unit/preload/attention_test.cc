// SPDX-License-Identifier: Apache-2.0
// Which events may be recorded, and what is asked of life/ first?
#include "../../../preload/ledger/attention.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "own_books.h"

namespace leakhook::ledger {
namespace {

using testing::asked_of_life;
using testing::in_child;
using testing::OwnBooks;

TEST(Attention, NobodyIsBornAtFirst) {
  const int before = asked_of_life().births;
  EXPECT_FALSE(may_record(Event::acquire));
  EXPECT_EQ(asked_of_life().births, before + 1);
}

TEST(Attention, FollowsTheMode) {
  OwnBooks books;
  EXPECT_TRUE(may_record(Event::acquire));
  EXPECT_TRUE(may_record(Event::release));
  books.attention().mode.store(Attention::dormant);
  EXPECT_FALSE(may_record(Event::acquire));
  EXPECT_TRUE(may_record(Event::release)) << "what is known must not become a false leak";
  books.attention().mode.store(Attention::inert);
  EXPECT_FALSE(may_record(Event::acquire));
  EXPECT_FALSE(may_record(Event::release));
}

TEST(Attention, ABirthLetsTheEventPass) {
  OwnBooks books;
  books.attention().mode.store(Attention::unborn);
  const int before = asked_of_life().births;
  asked_of_life().be_born = [&books] {
    EXPECT_FALSE(may_record(Event::acquire)) << "no second birth inside of the first";
    books.attention().mode.store(Attention::recording);
    return true;
  };
  EXPECT_TRUE(may_record(Event::acquire));
  EXPECT_TRUE(may_record(Event::acquire));
  asked_of_life().be_born = nullptr;
  EXPECT_EQ(asked_of_life().births, before + 1);
}

TEST(Attention, EndedKeepersAreReapedFirst) {
  OwnBooks books;
  const int before = asked_of_life().reaps;
  books.attention().keepers_ended.store(1);
  EXPECT_TRUE(may_record(Event::acquire));
  EXPECT_EQ(asked_of_life().reaps, before + 1);
}

TEST(Attention, OwnWorkIsNotRecorded) {
  OwnBooks books;
  {
    const OwnWork outer;
    {
      const OwnWork inner;
      EXPECT_FALSE(may_record(Event::acquire));
    }
    EXPECT_FALSE(may_record(Event::release)) << "still in the outer one";
  }
  EXPECT_TRUE(may_record(Event::acquire));
}

TEST(Attention, KeepsErrno) {
  OwnBooks books;
  books.attention().keepers_ended.store(1);
  asked_of_life().be_born = [] { return errno = EIO, false; };
  errno = ENOTTY;
  EXPECT_TRUE(may_record(Event::acquire));
  EXPECT_EQ(errno, ENOTTY);
  books.attention().mode.store(Attention::unborn);
  EXPECT_FALSE(may_record(Event::acquire));
  EXPECT_EQ(errno, ENOTTY);
  asked_of_life().be_born = nullptr;
}

/// vfork as the hook has it: noted, then done. The child shares our memory, thus our books.
TEST(Attention, AVforkChildDoesNotWrite) {
  if (kIsThreadSanitized) GTEST_SKIP() << "its vfork is a fork";
  OwnBooks books;
  static volatile bool child_may;
  child_may = true;
  thread_vforks();
  const pid_t child = vfork();
  if (child == 0) {
    child_may = may_record(Event::acquire);
    _exit(0);
  }
  waitpid(child, nullptr, 0);
  EXPECT_FALSE(child_may);
  EXPECT_TRUE(may_record(Event::acquire)) << "the parent goes on";
  EXPECT_EQ(this_thread.vforked, 0u);
}

/// A child that was forked is born even when its parent had just vforked without another event.
TEST(Attention, AForkedChildOfOneThatVforkedIsBorn) {
  OwnBooks books;
  thread_vforks();
  EXPECT_EQ(in_child([&books] {
              books.attention().mode.store(Attention::unborn);  // as MADV_WIPEONFORK leaves it
              asked_of_life().be_born = [&books] {
                segment.owner = getpid();
                books.attention().mode.store(Attention::recording);
                return true;
              };
              return may_record(Event::acquire) && may_record(Event::acquire);
            }),
            0);
}

/// A forked child whose first event is a vfork is born by it, and lives on afterwards.
TEST(Attention, AForkedChildThatVforksFirstIsBorn) {
  OwnBooks books;
  EXPECT_EQ(in_child([&books] {
              books.attention().mode.store(Attention::unborn);
              asked_of_life().be_born = [&books] {
                segment.owner = getpid();
                books.attention().mode.store(Attention::recording);
                return true;
              };
              thread_vforks();
              return segment.owner == getpid() && may_record(Event::acquire);
            }),
            0);
}

TEST(Attention, AThreadsStateIsSmall) {
  EXPECT_LE(sizeof(ThisThread), 64u);
  EXPECT_LE(sizeof(Attention), 4096u);
}

}  // namespace
}  // namespace leakhook::ledger
