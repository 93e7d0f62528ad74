// SPDX-License-Identifier: Apache-2.0
// Probes of the rows that come in pairs, copy, replace or close descriptors.
#include <fcntl.h>
#include <linux/close_range.h>
#include <mqueue.h>
#include <sys/wait.h>
#include <unistd.h>

#include "probes.h"

namespace leakhook::test {
namespace {

int null_fd() { return TRUE_ONE(open)("/dev/null", O_RDONLY, 0); }
void close_unseen(int fd) { TRUE_ONE(close)(fd); }
bool is_open(int fd) { return TRUE_ONE(fcntl)(fd, F_GETFD, nullptr) >= 0; }

void expect_pair(const Seen<int>& seen, const int* fds, const char* kind) {
  ASSERT_EQ(seen.value, 0);
  EXPECT_EQ(seen.error, kUntouched);
  EXPECT_EQ(seen.books,
            format("real, acquired_fd %s %d -, acquired_fd %s %d -", kind, fds[0], kind, fds[1]));
  close_unseen(fds[0]);
  close_unseen(fds[1]);
}

/// In a child, as these close more than the test can spare. The child's answer is its exit status.
template <class Body>
void in_child(Body body) {
  const pid_t child = TRUE_ONE(fork)();
  if (child == 0) TRUE_ONE(_exit)(body() ? 0 : 1);
  int status = -1;
  ASSERT_EQ(TRUE_ONE(waitpid)(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

}  // namespace

void probe_pipe() {
  int fds[2];
  expect_pair(HOOKED(pipe, fds), fds, "pipe");
  FAILS(pipe, "real", nullptr);
}
void probe_pipe2() {
  int fds[2];
  expect_pair(HOOKED(pipe2, fds, O_CLOEXEC), fds, "pipe");
  FAILS(pipe2, "real", fds, -1);
}

void probe_openpty() {
  int master = -1, slave = -1;
  char name[64] = {};
  const auto seen = HOOKED(openpty, &master, &slave, name, nullptr, nullptr);
  ASSERT_EQ(seen.value, 0);
  EXPECT_EQ(seen.books,
            format("real, acquired_fd pty %d -, acquired_fd pty %d %s", master, slave, name));
  close_unseen(slave);
  close_unseen(master);
  in_child([] {
    const rlimit none{0, 0};
    setrlimit(RLIMIT_NOFILE, &none);
    int a, b;
    const auto truth = REAL(openpty, &a, &b, nullptr, nullptr, nullptr);
    const auto hooked = HOOKED(openpty, &a, &b, nullptr, nullptr, nullptr);
    return truth.value == -1 && hooked.value == -1 && truth.error == hooked.error &&
           hooked.books == "real";
  });
}

void probe_dup() {
  const int fd = null_fd();
  const auto seen = HOOKED(dup, fd);
  ASSERT_GE(seen.value, 0);
  EXPECT_EQ(seen.error, kUntouched);
  EXPECT_EQ(seen.books, format("real, acquired_fd_copy %d %d", fd, seen.value));
  close_unseen(seen.value);
  close_unseen(fd);
  FAILS(dup, "real", -1);
}

void probe_dup2() {
  const int from = null_fd(), to = null_fd();
  EXPECT_EQ(HOOKED(dup2, from, to).books,
            format("withdraw_fd %d, real, acquired_fd_copy %d %d", to, from, to));
  EXPECT_EQ(HOOKED(dup2, from, from).books, "real");
  FAILS(dup2, "real", -1, -1);
  close_unseen(from);
  FAILS(dup2, format("withdraw_fd %d, real, restore_fd known", to), from, to);
  close_unseen(to);
}

void probe_dup3() {
  const int from = null_fd(), to = null_fd();
  EXPECT_EQ(HOOKED(dup3, from, to, O_CLOEXEC).books,
            format("withdraw_fd %d, real, acquired_fd_copy %d %d", to, from, to));
  FAILS(dup3, "real", from, from, 0);
  FAILS(dup3, format("withdraw_fd %d, real, restore_fd known", to), from, to, -1);
  close_unseen(from);
  close_unseen(to);
}

#define PROBE_FCNTL(name)                                                                   \
  void probe_##name() {                                                                     \
    const int fd = null_fd();                                                               \
    for (const int command : {F_DUPFD, F_DUPFD_CLOEXEC}) {                                  \
      const auto seen = HOOKED(name, fd, command, reinterpret_cast<void*>(100));            \
      EXPECT_GE(seen.value, 100);                                                           \
      EXPECT_EQ(seen.error, kUntouched);                                                    \
      EXPECT_EQ(seen.books, format("real, acquired_fd_copy %d %d", fd, seen.value));        \
      close_unseen(seen.value);                                                             \
    }                                                                                       \
    FAILS(name, "real", fd, F_GETFL, nullptr); /* succeeds, and is nothing for the books */ \
    struct flock lock {};                                                                   \
    lock.l_type = F_RDLCK, lock.l_whence = SEEK_SET;                                        \
    EXPECT_EQ(HOOKED(name, fd, F_GETLK, &lock).value, 0); /* the pointer came through */    \
    EXPECT_EQ(lock.l_type, F_UNLCK);                                                        \
    close_unseen(fd);                                                                       \
    FAILS(name, "real", fd, F_DUPFD, nullptr);                                              \
  }
PROBE_FCNTL(fcntl)
PROBE_FCNTL(fcntl64)

void probe_close() {
  const int fd = null_fd();
  const auto seen = HOOKED(close, fd);
  EXPECT_EQ(seen.value, 0);
  EXPECT_EQ(seen.error, kUntouched);
  EXPECT_EQ(seen.books, format("released_fd %d, real", fd));
  EXPECT_FALSE(is_open(fd));
  FAILS(close, "released_fd -1, real", -1);
  FAILS(close, format("released_fd %d, real, close_refused %d", fd, fd), fd);
}

void probe_mq_close() {
  const mqd_t queue = TRUE_ONE(mq_open)("/leakhook_close", O_CREAT | O_RDWR, 0600, nullptr);
  if (queue >= 0) {
    EXPECT_EQ(HOOKED(mq_close, queue).books, format("released_fd %d, real", queue));
    EXPECT_FALSE(is_open(queue));
    mq_unlink("/leakhook_close");
  }
  FAILS(mq_close, "released_fd -1, real", -1);
}

void probe_close_range() {
  constexpr unsigned kFirst = 500, kLast = 510;
  const int fd = null_fd();
  TRUE_ONE(dup2)(fd, kFirst);
  const auto kept = HOOKED(close_range, kFirst, kLast, CLOSE_RANGE_CLOEXEC);
  EXPECT_EQ(kept.books, "real");
  EXPECT_TRUE(is_open(kFirst));
  const auto seen = HOOKED(close_range, kFirst, kLast, 0);
  EXPECT_EQ(seen.value, 0);
  EXPECT_EQ(seen.books, "released_fds 500 510, real");
  EXPECT_FALSE(is_open(kFirst));
  FAILS(close_range, "real", 2, 1, 0);
  FAILS(close_range, "real", kFirst, kLast, 1 << 20);
  close_unseen(fd);
}

void probe_closefrom() {
  in_child([] {
    const int fd = null_fd();
    const auto seen = watch("closefrom", [&] {
      hook_closefrom(fd);
      return 0;
    });
    return seen.books == format("released_fds %d 4294967295, real", fd) && !is_open(fd) &&
           seen.error == kUntouched;
  });
}

}  // namespace leakhook::test
