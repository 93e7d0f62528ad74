// SPDX-License-Identifier: Apache-2.0
// Does the array of descriptors say what is open, what it is called and where it came from?
#include "../../../preload/ledger/fds.h"

#include <gtest/gtest.h>
#include <netinet/in.h>

#include <string>

#include "own_books.h"

namespace leakhook::ledger {
namespace {

using testing::OwnBooks;

const FdRecord& record(int fd) { return segment.records<FdRecord>(Region::fds)[fd]; }
std::string name(int fd) { return std::string(record(fd).name, record(fd).name_size); }
NameForm form(int fd) { return static_cast<NameForm>(record(fd).name_form); }

class Fds : public ::testing::Test {
 protected:
  OwnBooks books_;
  const Caller caller_ = LEAKHOOK_CALLER;
};

TEST_F(Fds, AnAcquiredOneIsThereUntilReleased) {
  acquired_fd(caller_, Kind::file, 5, "/etc/passwd");
  EXPECT_EQ(record(5).kind, Kind::file);
  EXPECT_EQ(name(5), "/etc/passwd");
  EXPECT_EQ(form(5), NameForm::path);
  EXPECT_NE(record(5).stack, 0u);
  EXPECT_EQ(record(5).flags, 0);
  EXPECT_EQ(record(5).version.load() & 1, 0u);
  released_fd(LEAKHOOK_FRAME, 5);
  EXPECT_EQ(record(5).kind, Kind::none);
}

TEST_F(Fds, APairSharesItsStackAndNotItsNames) {
  acquired_fd(caller_, Kind::file, 5, "/etc/passwd");
  acquired_fd_pair(caller_, Kind::pty, 5, 6, "/dev/pts/7");
  EXPECT_EQ(record(5).kind, Kind::pty);
  EXPECT_EQ(record(6).kind, Kind::pty);
  EXPECT_NE(record(5).stack, 0u);
  EXPECT_EQ(record(5).stack, record(6).stack);
  EXPECT_EQ(record(5).birth, record(6).birth);
  EXPECT_NE(record(5).birth, 0u);
  EXPECT_EQ(name(5), "");
  EXPECT_EQ(name(6), "/dev/pts/7");
  EXPECT_EQ(record(5).version.load() & 1, 0u);
  EXPECT_EQ(record(6).version.load() & 1, 0u);
}

TEST_F(Fds, APairOfAKindThatIsOffLeavesNothingOfWhatWasThere) {
  acquired_fd(caller_, Kind::file, 5, "/etc/passwd");
  segment.kinds = bit_of(Kind::file);
  acquired_fd_pair(caller_, Kind::socket, 5, 6);
  EXPECT_EQ(record(5).kind, Kind::none);
  EXPECT_EQ(record(6).kind, Kind::none);
}

TEST_F(Fds, OneOfAPairBeyondTheTableIsLostAlone) {
  acquired_fd_pair(caller_, Kind::socket, 5, 100'000'000);
  EXPECT_EQ(record(5).kind, Kind::socket);
  EXPECT_EQ(segment.header->counters[static_cast<int>(Counter::fd_table_full)].load(), 1u);
}

TEST_F(Fds, AnotherUseOfTheNumberForgetsTheName) {
  acquired_fd(caller_, Kind::file, 5, "/a");
  released_fd(LEAKHOOK_FRAME, 5);
  acquired_fd(caller_, Kind::eventfd, 5);
  EXPECT_EQ(record(5).kind, Kind::eventfd);
  EXPECT_EQ(name(5), "");
  EXPECT_EQ(form(5), NameForm::none);
}

TEST_F(Fds, ALongPathKeepsItsEnd) {
  const std::string fits(92, 'x'), longer = std::string(100, 'a') + std::string(50, 'z');
  acquired_fd(caller_, Kind::file, 5, fits.c_str());
  EXPECT_EQ(name(5), fits);
  acquired_fd(caller_, Kind::file, 5, longer.c_str());
  EXPECT_EQ(name(5), "..." + longer.substr(longer.size() - 89));
}

TEST_F(Fds, ACopyMeansTheSame) {
  acquired_fd(caller_, Kind::file, 5, "/a");
  acquired_fd_copy(caller_, 5, 6);
  EXPECT_EQ(record(6).kind, Kind::file);
  EXPECT_EQ(name(6), "/a");
  acquired_fd_copy(caller_, 50, 7);
  EXPECT_EQ(record(7).kind, Kind::other_fd) << "of one that nobody knows";
  EXPECT_EQ(name(7), "");
  acquired_fd_copy(caller_, 100'000'000, 8);
  EXPECT_EQ(record(8).kind, Kind::other_fd) << "nor can know";
}

TEST_F(Fds, ASocketLearnsItsPeer) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(5432);
  acquired_fd(caller_, Kind::socket, 9);
  set_fd_peer(9, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  EXPECT_EQ(form(9), NameForm::peer);
  EXPECT_EQ(name(9), std::string(reinterpret_cast<const char*>(&address), sizeof address));
  set_fd_peer(9, nullptr, 0);
  set_fd_peer(9, reinterpret_cast<const sockaddr*>(&address), 1);
  EXPECT_EQ(name(9).size(), sizeof address) << "no address is no news";
  set_fd_peer(10, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  EXPECT_EQ(record(10).kind, Kind::none) << "unknown ones stay unknown";
}

TEST_F(Fds, ALongPeerIsCut) {
  sockaddr_storage address{};
  acquired_fd(caller_, Kind::socket, 9);
  set_fd_peer(9, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  EXPECT_EQ(record(9).name_size, sizeof record(9).name);
}

TEST_F(Fds, ARangeIsReleasedAsCloseRangeCounts) {
  for (int fd = 3; fd < 100; ++fd) acquired_fd(caller_, Kind::pipe, fd);
  released_fds(LEAKHOOK_FRAME, 10, 20);
  released_fds(LEAKHOOK_FRAME, 90, ~0u);
  released_fds(LEAKHOOK_FRAME, ~0u, ~0u);
  for (int fd = 3; fd < 100; ++fd)
    EXPECT_EQ(record(fd).kind, (fd >= 10 && fd <= 20) || fd >= 90 ? Kind::none : Kind::pipe) << fd;
}

TEST_F(Fds, AWithdrawnOneCanBePutBack) {
  acquired_fd(caller_, Kind::file, 5, "/a");
  const StackId stack = record(5).stack;
  WithdrawnFd withdrawn;
  withdraw_fd(5, &withdrawn);
  EXPECT_EQ(record(5).kind, Kind::none);
  restore_fd(withdrawn);
  EXPECT_EQ(record(5).kind, Kind::file);
  EXPECT_EQ(record(5).stack, stack);
  EXPECT_EQ(name(5), "/a");
  EXPECT_EQ(record(5).version.load() & 1, 0u);
}

TEST_F(Fds, NothingWithdrawnNothingRestored) {
  WithdrawnFd withdrawn;
  withdraw_fd(5, &withdrawn);
  restore_fd(withdrawn);
  withdraw_fd(-1, &withdrawn);
  restore_fd(withdrawn);
  EXPECT_EQ(record(5).kind, Kind::none);
}

TEST_F(Fds, NumbersThatDoNotExistAreHarmless) {
  acquired_fd(caller_, Kind::file, -1);
  released_fd(LEAKHOOK_FRAME, -1);
  released_fd(LEAKHOOK_FRAME, 1'000'000'000);
  acquired_fd_copy(caller_, 3, -1);
  EXPECT_EQ(books_.losses(), "");
}

TEST_F(Fds, ANumberBeyondTheTableIsCounted) {
  const auto room = static_cast<int>(segment.extent(Region::fds).reserved / sizeof(FdRecord));
  acquired_fd(caller_, Kind::file, room - 1);
  EXPECT_EQ(record(room - 1).kind, Kind::file);
  EXPECT_EQ(books_.counter(Counter::fd_table_full), 0u);
  acquired_fd(caller_, Kind::file, room);
  acquired_fd(caller_, Kind::file, 2'147'483'647);
  EXPECT_EQ(books_.counter(Counter::fd_table_full), 2u);
}

TEST_F(Fds, KindsThatAreOffAreForgotten) {
  acquired_fd(caller_, Kind::file, 5, "/a");
  segment.kinds = bit_of(Kind::file);
  acquired_fd(caller_, Kind::socket, 5);
  EXPECT_EQ(record(5).kind, Kind::none) << "the number means something else now";
  acquired_fd(caller_, Kind::file, 6);
  EXPECT_EQ(record(6).kind, Kind::file);
}

TEST_F(Fds, ADormantLibraryFollowsReleasesOnly) {
  acquired_fd(caller_, Kind::file, 5);
  books_.attention().mode.store(Attention::dormant);
  acquired_fd(caller_, Kind::file, 6);
  released_fd(LEAKHOOK_FRAME, 5);
  EXPECT_EQ(record(5).kind, Kind::none);
  EXPECT_EQ(record(6).kind, Kind::none);
}

TEST_F(Fds, AnInheritedOneSaysSo) {
  inherited_fd(7);
  EXPECT_EQ(record(7).kind, Kind::other_fd);
  EXPECT_EQ(record(7).flags, kFdInherited);
  EXPECT_EQ(record(7).stack, 0u);
  acquired_fd(caller_, Kind::file, 7, "/a");
  EXPECT_EQ(record(7).flags, 0) << "a new life";
}

}  // namespace
}  // namespace leakhook::ledger
