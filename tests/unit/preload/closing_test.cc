// SPDX-License-Identifier: Apache-2.0
// Which closes are one too many, and which only look so?
#include <gtest/gtest.h>

#include <string>

#include "../../../preload/ledger/fds.h"
#include "own_books.h"
#include "seen_misuse.h"

namespace leakhook::ledger {
namespace {

using testing::FrameCalledFrom;
using testing::OwnBooks;
using testing::SeenMisuse;

const FdRecord& record(int fd) { return segment.records<FdRecord>(Region::fds)[fd]; }

/// Each test closes from places of its own: what sweeps is remembered by its place.
unwind::Address next_place = 0x10'000;

class Closing : public ::testing::Test {
 protected:
  static void close(HookFrame from, int fd, bool is_refused = false) {
    finish(from, fd, released_fd(from, fd), is_refused);
  }
  static void end_stream(HookFrame from, int fd, const void* stream, bool is_refused = false) {
    finish(from, fd, released_stream(from, fd, stream), is_refused);
  }
  static void finish(HookFrame from, int fd, ClosedFd before, bool is_refused) {
    errno = EBADF;
    close_returned(from, fd, before, is_refused ? -1 : 0);
  }
  void open(int fd, Kind kind = Kind::file) { acquired_fd(caller_, kind, fd); }
  FrameCalledFrom place() { return FrameCalledFrom(next_place += 16); }
  static std::vector<SeenMisuse> seen() { return testing::seen_misuses(); }

  OwnBooks books_;
  const Caller caller_ = LEAKHOOK_CALLER;
  const FrameCalledFrom here_ = place(), there_ = place(), elsewhere_ = place();
  alignas(64) const char stream_[64] = {};
  alignas(64) const char other_stream_[64] = {};
};

TEST_F(Closing, TwiceIsToldWithBothPlacesAndWhereItWasOpened) {
  open(7, Kind::socket);
  const StackId opened = record(7).stack;
  close(here_, 7);
  EXPECT_TRUE(seen().empty());
  close(there_, 7, true);
  ASSERT_EQ(seen().size(), 1u);
  EXPECT_EQ(seen()[0].misuse, MisuseKind::double_close);
  EXPECT_EQ(seen()[0].kind, Kind::socket);
  EXPECT_EQ(seen()[0].identity, 7u);
  EXPECT_EQ(seen()[0].opened, opened);
  EXPECT_NE(seen()[0].closed, 0u);
  EXPECT_NE(seen()[0].closed, seen()[0].stack);
}

TEST_F(Closing, WholeStacksAreKeptOnceAMisuseWasSeen) {
  open(7), close(here_, 7);
  EXPECT_EQ(record(7).closed_at, static_cast<HookFrame>(here_).words[1]);
  close(there_, 7, true);
  open(7), close(LEAKHOOK_FRAME, 7);
  EXPECT_NE(record(7).closed_at >> 63, 0u);
  const StackId kept = stack_of_closing(record(7).closed_at);
  EXPECT_GT(segment.records<StackRecord>(Region::stacks)[kept].depth, 1);
}

TEST_F(Closing, OfANumberThatWasNeverOpenIsNoMisuse) {
  close(here_, -1, true);
  close(here_, 50, true);
  close(here_, 1'000'000, true);
  EXPECT_TRUE(seen().empty());
}

TEST_F(Closing, FromAStackThatMetNeverOpenNumbersIsNoMisuseEither) {
  open(7), close(here_, 7);
  close(there_, 7, true);
  EXPECT_EQ(seen().size(), 1u);
  close(there_, 50, true);
  EXPECT_TRUE(seen().empty()) << "it closes whatever number there may be";
  close(elsewhere_, 7, true);
  EXPECT_EQ(seen().size(), 1u);
}

TEST_F(Closing, OfFourNeighboursFromOneStackIsASweep) {
  for (int fd = 10; fd < 20; ++fd) open(fd), close(here_, fd);
  for (int fd = 10; fd < 13; ++fd) close(there_, fd, true);
  EXPECT_EQ(seen().size(), 1u) << "three are none yet";
  close(there_, 13, true);
  EXPECT_TRUE(seen().empty());
  for (int fd = 19; fd > 15; --fd) close(elsewhere_, fd, true);
  EXPECT_TRUE(seen().empty()) << "downwards as well";
}

TEST_F(Closing, OfConnectionsTwiceEachIsNoSweep) {
  for (int fd = 10; fd < 20; ++fd) open(fd), close(here_, fd), close(there_, fd, true);
  ASSERT_EQ(seen().size(), 1u);
  EXPECT_EQ(seen()[0].count, 10u);
}

TEST_F(Closing, OfOneNumberAgainAndAgainIsNoSweep) {
  open(10), close(here_, 10);
  for (int i = 0; i < 10; ++i) close(there_, 10, true);
  ASSERT_EQ(seen().size(), 1u);
  EXPECT_EQ(seen()[0].count, 10u);
}

TEST_F(Closing, AfterItWasClosedPastTheHooksHasNoEarlierPlace) {
  open(7);
  close(here_, 7, true);
  ASSERT_EQ(seen().size(), 1u);
  EXPECT_EQ(seen()[0].closed, 0u);
  EXPECT_EQ(seen()[0].kind, Kind::file);
  EXPECT_NE(seen()[0].opened, 0u);
}

TEST_F(Closing, OfWhatWasOpenedPastTheHooksIsRemembered) {
  open(7), close(here_, 7);
  close(there_, 7);
  EXPECT_TRUE(seen().empty());
  EXPECT_EQ(record(7).closed_at, static_cast<HookFrame>(there_).words[1]);
  close(elsewhere_, 7, true);
  ASSERT_EQ(seen().size(), 1u);
  EXPECT_EQ(seen()[0].opened, 0u) << "where that was, nobody saw";
}

TEST_F(Closing, AStreamWhoseNumberWasClosedBeneathItClosesItAgain) {
  open(7), set_fd_stream(7, &stream_);
  close(here_, 7);
  EXPECT_TRUE(seen().empty()) << "forked children do that before exec";
  end_stream(there_, 7, &stream_, true);
  ASSERT_EQ(seen().size(), 1u);
  EXPECT_EQ(seen()[0].misuse, MisuseKind::double_close);
}

TEST_F(Closing, AStreamThatLostItsNumberTakesItFromTheNewOwner) {
  open(7), set_fd_stream(7, &stream_);
  close(here_, 7);
  open(7, Kind::socket);
  const StackId owner = record(7).stack;
  end_stream(there_, 7, &stream_);
  ASSERT_EQ(seen().size(), 1u);
  EXPECT_EQ(seen()[0].misuse, MisuseKind::foreign_close);
  EXPECT_EQ(seen()[0].kind, Kind::socket);
  EXPECT_EQ(seen()[0].opened, owner);
  EXPECT_NE(seen()[0].closed, 0u);
  EXPECT_EQ(record(7).kind, Kind::none);
  close(elsewhere_, 7, true);  // the owner's own
  EXPECT_EQ(seen().size(), 2u);
}

TEST_F(Closing, AnotherStreamMayBeTheNewOwner) {
  open(7), set_fd_stream(7, &stream_);
  close(here_, 7);
  open(7), set_fd_stream(7, &other_stream_);
  end_stream(there_, 7, &stream_);
  ASSERT_EQ(seen().size(), 1u);
  EXPECT_EQ(seen()[0].misuse, MisuseKind::foreign_close);
}

TEST_F(Closing, OwnersMayChangeInOrder) {
  open(7), set_fd_stream(7, &stream_);
  end_stream(here_, 7, &stream_);
  open(7), close(there_, 7);
  open(7), set_fd_stream(7, &other_stream_);
  end_stream(here_, 7, &other_stream_);
  EXPECT_TRUE(seen().empty());
}

TEST_F(Closing, ANewStreamAtTheAddressOfALostOneOwnsWhatItOpens) {
  open(7), set_fd_stream(7, &stream_);
  close(here_, 7);
  open(7), set_fd_stream(7, &stream_);
  end_stream(there_, 7, &stream_);
  EXPECT_TRUE(seen().empty());
}

TEST_F(Closing, AStreamKeepsANumberThatDup2PutsAnewUnderIt) {
  open(7), set_fd_stream(7, &stream_);
  WithdrawnFd replaced;
  withdraw_fd(7, &replaced);
  acquired_fd_copy(caller_, 5, 7);
  end_stream(there_, 7, &stream_);
  EXPECT_TRUE(seen().empty());
}

TEST_F(Closing, StandardStreamsMayBeReopenedByNumber) {
  open(0), set_fd_stream(0, &stream_);
  close(here_, 0);
  open(0);
  end_stream(there_, 0, &stream_);
  EXPECT_TRUE(seen().empty()) << "open gives the lowest free number";
}

TEST_F(Closing, AStreamThatCannotWriteWhatItHeldProvesNothing) {
  open(7), set_fd_stream(7, &stream_);
  end_stream(here_, 7, &stream_, true);
  EXPECT_TRUE(seen().empty());
}

TEST_F(Closing, InARangeIsAnEarlierPlaceToo) {
  open(7);
  released_fds(here_, 3, ~0u);
  close(there_, 7, true);
  ASSERT_EQ(seen().size(), 1u);
  EXPECT_NE(seen()[0].closed, 0u);
}

TEST_F(Closing, IsNotJudgedWhereNotEveryKindIsTracked) {
  segment.kinds = bit_of(Kind::socket);
  open(7, Kind::socket), close(here_, 7);
  close(there_, 7, true);
  EXPECT_TRUE(seen().empty()) << "a file may have had the number in between";
}

TEST_F(Closing, IsNotJudgedWhileDormant) {
  open(7), close(here_, 7);
  books_.attention().mode.store(Attention::dormant);
  close(there_, 7, true);
  EXPECT_TRUE(seen().empty());
}

TEST_F(Closing, RefusedForAnotherReasonIsNoMisuse) {
  open(7), close(here_, 7);
  const ClosedFd before = released_fd(there_, 7);
  errno = EIO;
  close_returned(there_, 7, before, -1);
  EXPECT_TRUE(seen().empty());
}

}  // namespace
}  // namespace leakhook::ledger
