// SPDX-License-Identifier: Apache-2.0
// A reply reaches whoever waits, whole; strangers and silence do not pass for one.
#include "../../../export/reply_socket.h"

#include <gtest/gtest.h>
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
  ASSERT_TRUE(listener.listen(getpid()));
  EXPECT_GT(listener.token(), 0u);
  EXPECT_LE(listener.token(), 0xffffffu);
  const std::string sent(300000, 'x');
  std::thread exporter([&] { send_reply(getpid(), listener.token(), sent); });
  std::string text;
  EXPECT_EQ(listener.wait(-1, getuid(), milliseconds(20000), &text), End::replied);
  exporter.join();
  EXPECT_EQ(text, sent);
}

TEST(ReplySocket, OtherUsersAreNotBelieved) {
  if (getuid() == 0) GTEST_SKIP() << "root is always believed";
  ReplyListener listener;
  ASSERT_TRUE(listener.listen(getpid()));
  std::thread exporter([&] { send_reply(getpid(), listener.token(), "/tmp/x\n"); });
  std::string text;
  EXPECT_EQ(listener.wait(-1, getuid() + 1, milliseconds(300), &text), End::timeout);
  exporter.join();
}

TEST(ReplySocket, SilenceEnds) {
  ReplyListener listener;
  ASSERT_TRUE(listener.listen(getpid()));
  std::string text;
  EXPECT_EQ(listener.wait(-1, getuid(), milliseconds(20), &text), End::timeout);
}

TEST(ReplySocket, EmptyConnectionsAreIgnored) {
  ReplyListener listener;
  ASSERT_TRUE(listener.listen(getpid()));
  std::thread strangers([&] {
    send_reply(getpid(), listener.token(), "");
    send_reply(getpid(), listener.token(), "answer\n");
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
  ASSERT_TRUE(listener.listen(child));
  std::string text;
  if (ended < 0) GTEST_SKIP() << "this kernel has no pidfd";
  EXPECT_EQ(listener.wait(ended, getuid(), milliseconds(60000), &text), End::service_ended);
  close(ended);
  waitpid(child, nullptr, 0);
}

TEST(ReplySocket, NobodyListensIsNoTrouble) { send_reply(getpid(), 0xabcdef, "lost\n"); }

}  // namespace
}  // namespace leakhook
