// SPDX-License-Identifier: Apache-2.0
// What the kernel tells about this very test and its children.
#include "../../../export/process_look.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>

#include "../../../export/open_resources.h"

namespace leakhook {
namespace {

ProcessLook this_process() { return {getpid(), stat_of(getpid())->start_ticks}; }

/// A child that waits until the test is done with it.
class Child {
 public:
  explicit Child(int exit_signal = SIGCHLD) {
    if (pipe2(ends_, O_CLOEXEC) != 0) return;
    pid_ = static_cast<pid_t>(syscall(SYS_clone, exit_signal, nullptr, nullptr, nullptr, 0));
    if (pid_ != 0) return;
    close(ends_[1]);
    char byte;
    while (read(ends_[0], &byte, 1) > 0) {
    }
    _exit(0);
  }
  ~Child() {
    close(ends_[1]);
    close(ends_[0]);
    waitpid(pid_, nullptr, __WALL);
  }
  pid_t pid() const { return pid_; }

 private:
  int ends_[2];
  pid_t pid_ = -1;
};

TEST(ProcessLook, KnowsThatItLives) {
  EXPECT_TRUE(this_process().is_alive());
  EXPECT_FALSE(ProcessLook(getpid(), stat_of(getpid())->start_ticks + 1).is_alive());
  EXPECT_FALSE(stat_of(0x7ffffff0).has_value());
  EXPECT_EQ(stat_of(getpid())->parent, getppid());
  EXPECT_EQ(stat_of(getpid())->exit_signal, SIGCHLD);
}

TEST(ProcessLook, ReadsStrangeProcessNames) {
  char name[16];
  prctl(PR_GET_NAME, name);
  prctl(PR_SET_NAME, ") R 1 (");
  EXPECT_EQ(stat_of(getpid())->parent, getppid());
  prctl(PR_SET_NAME, name);
}

TEST(ProcessLook, ListsDescriptors) {
  const int fd = eventfd(0, EFD_CLOEXEC);
  const auto fds = this_process().fds();
  ASSERT_TRUE(fds);
  EXPECT_EQ(fds->at(fd), "anon_inode:[eventfd]");
  close(fd);
  EXPECT_FALSE(this_process().fds()->count(fd));
  EXPECT_FALSE(ProcessLook(getpid(), 1).fds());
}

TEST(ProcessLook, TellsDirectories) {
  KernelTables tables;
  look_after(this_process(), &tables);
  const int folder = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const int file = open("/proc/self/stat", O_RDONLY | O_CLOEXEC);
  EXPECT_TRUE(tables.is_directory(folder));
  EXPECT_FALSE(tables.is_directory(file));
  close(folder);
  close(file);
}

TEST(ProcessLook, ListsThreads) {
  const auto threads = this_process().threads();
  ASSERT_TRUE(threads);
  EXPECT_EQ(threads->count(getpid()), 1u);
}

TEST(ProcessLook, ListsChildrenButNoHelpers) {
  const Child ordinary;
  const Child helper(0);
  const auto children = this_process().children();
  if (!children) GTEST_SKIP() << "this kernel does not list children";
  EXPECT_EQ(children->count(ordinary.pid()), 1u);
  EXPECT_EQ(children->count(helper.pid()), 0u);
}

TEST(ProcessLook, FindsPeersOfSockets) {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ASSERT_EQ(bind(listener, reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(listen(listener, 1), 0);
  getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
  const int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ASSERT_EQ(connect(client, reinterpret_cast<sockaddr*>(&address), size), 0);
  KernelTables tables;
  look_after(this_process(), &tables);
  const auto peers = tables.peers();
  const auto inode = [&](int fd) {
    return std::stoull(tables.fds.after->at(fd).substr(std::strlen("socket:[")));
  };
  ASSERT_TRUE(peers.count(inode(client)));
  EXPECT_EQ(peers.at(inode(client)), "127.0.0.1:" + std::to_string(ntohs(address.sin_port)));
  EXPECT_FALSE(peers.count(inode(listener)));
  close(client);
  close(listener);
}

}  // namespace
}  // namespace leakhook
