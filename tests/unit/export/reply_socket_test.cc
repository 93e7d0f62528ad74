// SPDX-License-Identifier: Apache-2.0
// A reply reaches whoever waits, whole; strangers and silence do not pass for one.
#include "../../../export/reply_socket.h"

#include <gtest/gtest.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <thread>

namespace leakhook {
namespace {

using std::chrono::milliseconds;
using End = ReplyListener::End;

TEST(ReplySocket, ReplyArrivesWhole) {
  ReplyListener listener;
  ASSERT_TRUE(listener.listen(getpid(), Wanted::names));
  EXPECT_GT(listener.token(), 0u);
  EXPECT_LE(listener.token(), 0xffffffu);
  const std::string sent(300000, 'x');
  std::thread exporter([&] { send_reply(getpid(), listener.token(), Wanted::names, sent); });
  std::string text;
  EXPECT_EQ(listener.wait(-1, getuid(), milliseconds(20000), &text), End::replied);
  exporter.join();
  EXPECT_EQ(text, sent);
}

TEST(ReplySocket, OtherUsersAreNotBelieved) {
  if (getuid() == 0) GTEST_SKIP() << "root is always believed";
  ReplyListener listener;
  ASSERT_TRUE(listener.listen(getpid(), Wanted::names));
  std::thread exporter([&] { send_reply(getpid(), listener.token(), Wanted::names, "/tmp/x\n"); });
  std::string text;
  EXPECT_EQ(listener.wait(-1, getuid() + 1, milliseconds(300), &text), End::timeout);
  exporter.join();
}

TEST(ReplySocket, SilenceEnds) {
  ReplyListener listener;
  ASSERT_TRUE(listener.listen(getpid(), Wanted::names));
  std::string text;
  EXPECT_EQ(listener.wait(-1, getuid(), milliseconds(20), &text), End::timeout);
}

TEST(ReplySocket, EmptyConnectionsAreIgnored) {
  ReplyListener listener;
  ASSERT_TRUE(listener.listen(getpid(), Wanted::names));
  std::thread strangers([&] {
    send_reply(getpid(), listener.token(), Wanted::names, "");
    send_reply(getpid(), listener.token(), Wanted::names, "answer\n");
  });
  std::string text;
  EXPECT_EQ(listener.wait(-1, getuid(), milliseconds(20000), &text), End::replied);
  strangers.join();
  EXPECT_EQ(text, "answer\n");
}

TEST(ReplySocket, EndOfTheServiceIsNoticed) {
  const pid_t child = fork();
  if (child == 0) _exit(0);
  const int ended = static_cast<int>(syscall(SYS_pidfd_open, child, 0));
  ReplyListener listener;
  ASSERT_TRUE(listener.listen(child, Wanted::names));
  std::string text;
  if (ended < 0) GTEST_SKIP() << "this kernel has no pidfd";
  EXPECT_EQ(listener.wait(ended, getuid(), milliseconds(60000), &text), End::service_ended);
  close(ended);
  waitpid(child, nullptr, 0);
}

TEST(ReplySocket, NobodyListensIsNoTrouble) {
  EXPECT_FALSE(send_reply(getpid(), 0xabcdef, Wanted::names, "lost\n"));
}

TEST(ReplySocket, ProfilesGoOnlyToThoseWhoWantThem) {
  ReplyListener names;
  ASSERT_TRUE(names.listen(getpid(), Wanted::names));
  EXPECT_FALSE(send_reply(getpid(), names.token(), Wanted::profiles, "bytes"));
  ReplyListener profiles;
  ASSERT_TRUE(profiles.listen(getpid(), Wanted::profiles));
  EXPECT_FALSE(send_reply(getpid(), profiles.token(), Wanted::names, "names"));
  std::thread exporter([&] {
    EXPECT_TRUE(send_reply(getpid(), profiles.token(), Wanted::profiles, "bytes"));
  });
  std::string text;
  EXPECT_EQ(profiles.wait(-1, getuid(), milliseconds(20000), &text), End::replied);
  exporter.join();
  EXPECT_EQ(text, "bytes");
}

TEST(ReplySocket, ProfilesMayBeLongerThanNames) {
  const std::string sent(3 << 20, 'x');
  for (const Wanted wanted : {Wanted::names, Wanted::profiles}) {
    ReplyListener listener;
    ASSERT_TRUE(listener.listen(getpid(), wanted));
    std::thread exporter([&] { send_reply(getpid(), listener.token(), wanted, sent); });
    std::string text;
    const bool is_whole = wanted == Wanted::profiles;
    const auto patience = milliseconds(is_whole ? 20000 : 300);
    EXPECT_EQ(listener.wait(-1, getuid(), patience, &text), is_whole ? End::replied : End::timeout);
    exporter.join();
    if (is_whole) {
      EXPECT_EQ(text, sent);
    }
  }
}

TEST(ReplySocket, ProfilesAreNotForOtherUsers) {
  if (getuid() != 0) GTEST_SKIP() << "only root can be two users";
  ReplyListener listener;
  std::thread other([&] {
    // Of this thread alone: the user in whose name it listens.
    if (syscall(SYS_setresuid, -1, 12345, -1) != 0) return;
    EXPECT_TRUE(listener.listen(getpid(), Wanted::profiles));
  });
  other.join();
  EXPECT_FALSE(send_reply(getpid(), listener.token(), Wanted::profiles, "secret"));
}

TEST(ReplySocket, WaitingIsStopped) {
  const int stop = eventfd(1, EFD_CLOEXEC);
  ReplyListener listener;
  ASSERT_TRUE(listener.listen(getpid(), Wanted::names));
  std::string text;
  EXPECT_EQ(listener.wait(-1, getuid(), milliseconds(60000), &text, stop), End::stopped);
  close(stop);
}

}  // namespace
}  // namespace leakhook
