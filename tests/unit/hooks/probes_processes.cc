// SPDX-License-Identifier: Apache-2.0
// Probes of the rows about child processes and the process itself.
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "probes.h"

extern char** environ;

namespace leakhook::test {
namespace {

pid_t child_unseen(int status) {
  const pid_t child = TRUE_ONE(fork)();
  if (child == 0) TRUE_ONE(_exit)(status);
  return child;
}

pid_t sleeping_child() {
  const pid_t child = TRUE_ONE(fork)();
  if (child == 0)
    for (;;) pause();
  return child;
}

int status_of(pid_t child) {
  int status = -1;
  EXPECT_EQ(TRUE_ONE(waitpid)(child, &status, 0), child);
  return status;
}

std::string released(pid_t child) { return format("real, released process %x", child); }

/// A wait for one child, with and without a place for its status; then for none.
template <class Wait>
void expect_waits(const char* row, Wait wait) {
  for (const bool wants_status : {true, false}) {
    const pid_t child = child_unseen(3);
    int status = -1;
    const auto seen = watch(row, [&] { return wait(child, wants_status ? &status : nullptr); });
    EXPECT_EQ(seen.value, child);
    EXPECT_EQ(seen.error, kUntouched);
    EXPECT_EQ(seen.books, released(child));
    if (wants_status) {
      EXPECT_EQ(status, 3 << 8);
    }
  }
  EXPECT_EQ(watch(row, [&] { return wait(-1, nullptr); }).books, "real");
}

/// Stopped and continued children are still there.
template <class Wait>
void expect_stopped_stays(const char* row, Wait wait) {
  const pid_t child = sleeping_child();
  kill(child, SIGSTOP);
  EXPECT_EQ(watch(row, [&] { return wait(child, WUNTRACED); }).books, "real");
  kill(child, SIGKILL);
  EXPECT_EQ(watch(row, [&] { return wait(child, 0); }).books, released(child));
}

#define PROBE_SPAWN(name, program)                                                             \
  void probe_##name() {                                                                        \
    char first[] = "true";                                                                     \
    char* arguments[] = {first, nullptr};                                                      \
    pid_t child = 0;                                                                           \
    const auto seen = HOOKED(name, &child, program, nullptr, nullptr, arguments, environ);     \
    ASSERT_EQ(seen.value, 0);                                                                  \
    EXPECT_EQ(seen.books, format("real, acquired process %x %s", child, program));             \
    EXPECT_EQ(status_of(child), 0);                                                            \
    EXPECT_EQ(HOOKED(name, nullptr, program, nullptr, nullptr, arguments, environ).value, 0);  \
    EXPECT_GT(TRUE_ONE(wait)(nullptr), 0);                                                     \
    FAILS(name, "real", &child, "/nonexistent/program", nullptr, nullptr, arguments, environ); \
  }

}  // namespace

PROBE_SPAWN(posix_spawn, "/bin/true")
PROBE_SPAWN(posix_spawnp, "true")

void probe_wait() {
  expect_waits("wait", [](pid_t, int* status) { return hook_wait(status); });
}
void probe_waitpid() {
  expect_waits("waitpid", [](pid_t, int* status) { return hook_waitpid(-1, status, 0); });
  expect_stopped_stays(
      "waitpid", [](pid_t child, int options) { return hook_waitpid(child, nullptr, options); });
  const pid_t child = sleeping_child();
  EXPECT_EQ(HOOKED(waitpid, child, nullptr, WNOHANG).books, "real");
  kill(child, SIGKILL);
  status_of(child);
  FAILS(waitpid, released(child), child, nullptr, 0);  // reaped behind our back: not a child
}
void probe_wait3() {
  expect_waits("wait3", [](pid_t, int* status) { return hook_wait3(status, 0, nullptr); });
}
void probe_wait4() {
  expect_waits("wait4", [](pid_t, int* status) { return hook_wait4(-1, status, 0, nullptr); });
  expect_stopped_stays("wait4", [](pid_t child, int options) {
    return hook_wait4(child, nullptr, options, nullptr);
  });
}
void probe_waitid() {
  const pid_t child = child_unseen(3);
  const id_t id = static_cast<id_t>(child);
  siginfo_t found{};
  EXPECT_EQ(HOOKED(waitid, P_PID, id, &found, WEXITED | WNOWAIT).books, "real");
  EXPECT_EQ(found.si_status, 3);
  EXPECT_EQ(HOOKED(waitid, P_PID, id, nullptr, WEXITED).books, released(child));
  FAILS(waitid, "real", P_ALL, 0, &found, WEXITED);
}

void probe_vfork() {
  books_start("vfork");
  const pid_t child = hook_vfork();
  if (child == 0) TRUE_ONE(_exit)(9);
  EXPECT_EQ(std::string(books_stop()), "thread_vforks");
  EXPECT_EQ(status_of(child), 9 << 8);
}

void probe_clone() {
  static char stack[1 << 16];
  static pid_t tid;
  const auto body = [](void* argument) { return *static_cast<int*>(argument); };
  int token = 6;
  const auto run = [&](int flags) {
    return HOOKED(clone, body, stack + sizeof stack, flags | SIGCHLD, &token, &tid, nullptr,
                  nullptr);
  };
  const auto borrowed = run(CLONE_VM | CLONE_VFORK | CLONE_PARENT_SETTID);
  EXPECT_EQ(borrowed.books, "thread_vforks");
  EXPECT_EQ(tid, borrowed.value);
  EXPECT_EQ(status_of(borrowed.value), 6 << 8);
  const auto copied = run(0);
  EXPECT_EQ(copied.books, "");
  EXPECT_EQ(status_of(copied.value), 6 << 8);
  FAILS(clone, "", nullptr, nullptr, 0, nullptr, nullptr, nullptr, nullptr);
}

void probe_syscall() {
  int fds[2];
  ASSERT_EQ(TRUE_ONE(pipe)(fds), 0);
  char text[8] = "abcd";
  EXPECT_EQ(HOOKED(syscall, SYS_write, fds[1], (long)text, 4, 0, 0, 0).value, 4);
  // Six arguments all come through.
  const auto mapped = HOOKED(syscall, SYS_mmap, 0, 4096, 1, 0x22, -1, 0);
  EXPECT_GT(mapped.value, 0);
  TRUE_ONE(munmap)(reinterpret_cast<void*>(mapped.value), 4096);
  EXPECT_EQ(mapped.books, "");
  sock_filter no_step{0xffff, 0, 0, 0};
  const sock_fprog refused{1, &no_step};
  FAILS(syscall, "sandbox_begins", SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0,
        reinterpret_cast<long>(&refused), 0, 0, 0);
  FAILS(syscall, "", SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, 8, 0, 0, 0);
  FAILS(syscall, "", SYS_clone3, 8, 88, 0, 0, 0, 0);
  FAILS(syscall, "", SYS_close, -1, 0, 0, 0, 0, 0);
  TRUE_ONE(close)(fds[0]);
  TRUE_ONE(close)(fds[1]);
}

void probe_forkpty() {
  int master = -1;
  char name[64] = {};
  const auto seen = HOOKED(forkpty, &master, name, nullptr, nullptr);
  if (seen.value == 0) TRUE_ONE(_exit)(seen.books == "real, thread_forked" ? 4 : 1);
  ASSERT_GT(seen.value, 0);
  EXPECT_EQ(seen.books,
            format("real, acquired_fd pty %d %s, acquired process %x -", master, name, seen.value));
  EXPECT_EQ(status_of(seen.value), 4 << 8);
  TRUE_ONE(close)(master);
}

// --- rows whose hooks belong to the process's own life: only what the program sees ---------------

void probe_fork() {
  const pid_t child = hook_fork();
  if (child == 0) TRUE_ONE(_exit)(5);
  EXPECT_EQ(status_of(child), 5 << 8);
}

#define PROBE_EXIT(name)                  \
  void probe_##name() {                   \
    const pid_t child = TRUE_ONE(fork)(); \
    if (child == 0) hook_##name(8);       \
    EXPECT_EQ(status_of(child), 8 << 8);  \
  }
PROBE_EXIT(_exit)
PROBE_EXIT(_Exit)

namespace {
int handled = 0;
void handle(int) { ++handled; }
}  // namespace

#define PROBE_SIGNAL(name)                             \
  void probe_##name() {                                \
    handled = 0;                                       \
    EXPECT_EQ(hook_##name(SIGWINCH, handle), SIG_DFL); \
    raise(SIGWINCH);                                   \
    EXPECT_EQ(handled, 1);                             \
    TRUE_ONE(signal)(SIGWINCH, SIG_DFL);               \
    errno = 0;                                         \
    EXPECT_EQ(hook_##name(SIGKILL, handle), SIG_ERR);  \
    EXPECT_EQ(errno, EINVAL);                          \
  }
PROBE_SIGNAL(signal)
PROBE_SIGNAL(bsd_signal)
PROBE_SIGNAL(sysv_signal)
PROBE_SIGNAL(__sysv_signal)
PROBE_SIGNAL(ssignal)
PROBE_SIGNAL(sigset)

#define PROBE_SIGACTION(name)                               \
  void probe_##name() {                                     \
    struct sigaction action {                               \
    }, old{};                                               \
    action.sa_handler = handle;                             \
    handled = 0;                                            \
    EXPECT_EQ(hook_##name(SIGWINCH, &action, nullptr), 0);  \
    raise(SIGWINCH);                                        \
    EXPECT_EQ(handled, 1);                                  \
    action.sa_handler = SIG_DFL;                            \
    EXPECT_EQ(hook_##name(SIGWINCH, &action, &old), 0);     \
    EXPECT_EQ(old.sa_handler, handle);                      \
    EXPECT_EQ(hook_##name(SIGKILL, &action, nullptr), -1);  \
  }
PROBE_SIGACTION(sigaction)
PROBE_SIGACTION(__sigaction)

}  // namespace leakhook::test
