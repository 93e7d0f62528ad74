// SPDX-License-Identifier: Apache-2.0
// Probes of the rows that make descriptors from a name or from nothing.
#include <fcntl.h>
#include <mqueue.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>

#include "probes.h"

namespace leakhook::test {
namespace {

constexpr char kMissing[] = "/nonexistent/file";

/// A path of its own that does not exist yet, removed at the end.
struct Place {
  std::string path = "/tmp/leakhook_probe." + std::to_string(getpid());
  Place() { unlink(path.c_str()); }
  ~Place() { unlink(path.c_str()); }
  const char* c_str() const { return path.c_str(); }
};

void expect_mode(const char* path, mode_t mode) {
  struct stat file {};
  ASSERT_EQ(stat(path, &file), 0);
  EXPECT_EQ(file.st_mode & 07777, mode);
}

/// For mkstemp and its kin: both fill in the pattern, each its own.
template <class Hook, class Truth>
void expect_temporary(const char* row, const char* pattern, Hook hook, Truth truth) {
  char ours[64], theirs[64], bad[] = "/tmp/no_pattern";
  snprintf(ours, sizeof ours, "%s", pattern);
  snprintf(theirs, sizeof theirs, "%s", pattern);
  const auto expected = watch(nullptr, [&] { return truth(theirs); });
  const auto seen = watch(row, [&] { return hook(ours); });
  ASSERT_GE(seen.value, 0);
  EXPECT_EQ(seen.error, expected.error);
  EXPECT_STRNE(ours, pattern);
  EXPECT_EQ(seen.books, format("real, acquired_fd file %d %s", seen.value, ours));
  TRUE_ONE(close)(seen.value);
  TRUE_ONE(close)(expected.value);
  unlink(ours);
  unlink(theirs);
  const auto refused = watch(nullptr, [&] { return truth(bad); });
  const auto failed = watch(row, [&] { return hook(bad); });
  EXPECT_EQ(failed.value, -1);
  EXPECT_EQ(failed.error, refused.error);
  EXPECT_EQ(failed.books, "real");
}

}  // namespace

#define PROBE_OPEN(name)                                                     \
  void probe_##name() {                                                      \
    GIVES_FD(name, "file", "/dev/null", "/dev/null", O_RDONLY, 0);           \
    GIVES_FD(name, "directory", "/tmp", "/tmp", O_RDONLY | O_DIRECTORY, 0);  \
    GIVES_FD(name, "file", "/tmp", "/tmp", O_TMPFILE | O_RDWR, 0600);        \
    GIVES_FD(name, "pty", "/dev/ptmx", "/dev/ptmx", O_RDWR | O_NOCTTY, 0);   \
    FAILS(name, "real", kMissing, O_RDONLY, 0);                              \
    const Place place;                                                       \
    const auto made = HOOKED(name, place.c_str(), O_CREAT | O_WRONLY, 0640); \
    expect_mode(place.c_str(), 0640);                                        \
    TRUE_ONE(close)(made.value);                                             \
  }
PROBE_OPEN(open)
PROBE_OPEN(open64)

#define PROBE_OPENAT(name)                                                             \
  void probe_##name() {                                                                \
    GIVES_FD(name, "file", "/dev/null", AT_FDCWD, "/dev/null", O_RDONLY, 0);           \
    const auto folder = REAL(open, "/dev", O_RDONLY | O_DIRECTORY, 0);                 \
    GIVES_FD(name, "file", "null", folder.value, "null", O_RDONLY, 0);                 \
    TRUE_ONE(close)(folder.value);                                                     \
    FAILS(name, "real", AT_FDCWD, kMissing, O_RDONLY, 0);                              \
    const Place place;                                                                 \
    const auto made = HOOKED(name, AT_FDCWD, place.c_str(), O_CREAT | O_WRONLY, 0604); \
    expect_mode(place.c_str(), 0604);                                                  \
    TRUE_ONE(close)(made.value);                                                       \
  }
PROBE_OPENAT(openat)
PROBE_OPENAT(openat64)

#define PROBE_FORTIFIED_OPEN(name)                              \
  void probe_##name() {                                         \
    GIVES_FD(name, "file", "/dev/null", "/dev/null", O_RDONLY); \
    FAILS(name, "real", kMissing, O_RDONLY);                    \
  }
PROBE_FORTIFIED_OPEN(__open_2)
PROBE_FORTIFIED_OPEN(__open64_2)

#define PROBE_FORTIFIED_OPENAT(name)                                      \
  void probe_##name() {                                                   \
    GIVES_FD(name, "file", "/dev/null", AT_FDCWD, "/dev/null", O_RDONLY); \
    FAILS(name, "real", AT_FDCWD, kMissing, O_RDONLY);                    \
  }
PROBE_FORTIFIED_OPENAT(__openat_2)
PROBE_FORTIFIED_OPENAT(__openat64_2)

#define PROBE_CREAT(name)                                       \
  void probe_##name() {                                         \
    const Place place;                                          \
    GIVES_FD(name, "file", place.c_str(), place.c_str(), 0600); \
    FAILS(name, "real", kMissing, 0600);                        \
  }
PROBE_CREAT(creat)
PROBE_CREAT(creat64)

#define PROBE_TEMPORARY(name, pattern, ...)                                       \
  void probe_##name() {                                                           \
    expect_temporary(                                                             \
        #name, pattern, [](char* path) { return hook_##name(path __VA_ARGS__); }, \
        [](char* path) { return TRUE_ONE(name)(path __VA_ARGS__); });             \
  }
#define AND(...) , __VA_ARGS__
PROBE_TEMPORARY(mkstemp, "/tmp/probe.XXXXXX")
PROBE_TEMPORARY(mkstemp64, "/tmp/probe.XXXXXX")
PROBE_TEMPORARY(mkostemp, "/tmp/probe.XXXXXX", AND(O_CLOEXEC))
PROBE_TEMPORARY(mkostemp64, "/tmp/probe.XXXXXX", AND(O_CLOEXEC))
PROBE_TEMPORARY(mkstemps, "/tmp/probe.XXXXXX.c", AND(2))
PROBE_TEMPORARY(mkstemps64, "/tmp/probe.XXXXXX.c", AND(2))
PROBE_TEMPORARY(mkostemps, "/tmp/probe.XXXXXX.c", AND(2, O_CLOEXEC))
PROBE_TEMPORARY(mkostemps64, "/tmp/probe.XXXXXX.c", AND(2, O_CLOEXEC))

void probe_shm_open() {
  GIVES_FD(shm_open, "file", "/leakhook_probe", "/leakhook_probe", O_CREAT | O_RDWR, 0600);
  shm_unlink("/leakhook_probe");
  FAILS(shm_open, "real", "/leakhook_missing", O_RDWR, 0);
}

void probe_open_by_handle_at() {
  struct {
    file_handle head;
    unsigned char room[128];
  } place{};
  place.head.handle_bytes = sizeof place.room;
  int mount_id = 0;
  if (name_to_handle_at(AT_FDCWD, "/tmp", &place.head, &mount_id, 0) == 0) {
    const auto mount = REAL(open, "/tmp", O_RDONLY, 0);
    const auto truth = REAL(open_by_handle_at, mount.value, &place.head, O_RDONLY);
    if (truth.value >= 0) {
      GIVES_FD(open_by_handle_at, "file", "-", mount.value, &place.head, O_RDONLY);
      TRUE_ONE(close)(truth.value);
    }
    TRUE_ONE(close)(mount.value);
  }
  FAILS(open_by_handle_at, "real", -1, &place.head, O_RDONLY);
}

void probe_open_tree() {
  GIVES_FD(open_tree, "file", "/tmp", AT_FDCWD, "/tmp", 0);
  FAILS(open_tree, "real", AT_FDCWD, kMissing, 0);
}

// These need privileges that a test machine may not give: where the real one fails, so does the
// hook.
#define PROBE_PRIVILEGED(name, kind, path, ...) \
  do {                                          \
    const auto truth = REAL(name, __VA_ARGS__); \
    if (truth.value >= 0)                       \
      GIVES_FD(name, kind, path, __VA_ARGS__);  \
    else                                        \
      FAILS(name, "real", __VA_ARGS__);         \
    TRUE_ONE(close)(truth.value);               \
  } while (false)

void probe_fsopen() {
  PROBE_PRIVILEGED(fsopen, "other", "tmpfs", "tmpfs", 0);
  FAILS(fsopen, "real", "no such filesystem", 0);
}
void probe_fsmount() { FAILS(fsmount, "real", -1, 0, 0); }
void probe_fspick() { PROBE_PRIVILEGED(fspick, "other", "/tmp", AT_FDCWD, "/tmp", 0); }
void probe_fanotify_init() { PROBE_PRIVILEGED(fanotify_init, "other", "-", 0, O_RDONLY); }

void probe_mq_open() {
  struct mq_attr attributes {};
  attributes.mq_maxmsg = 1, attributes.mq_msgsize = 8;
  PROBE_PRIVILEGED(mq_open, "other", "/leakhook_probe", "/leakhook_probe", O_CREAT | O_RDWR, 0600,
                   &attributes);
  mq_unlink("/leakhook_probe");
  FAILS(mq_open, "real", "/leakhook_missing", O_RDWR, 0, nullptr);
}
void probe___mq_open_2() {
  const mqd_t queue = TRUE_ONE(mq_open)("/leakhook_probe", O_CREAT | O_RDWR, 0600, nullptr);
  PROBE_PRIVILEGED(__mq_open_2, "other", "/leakhook_probe", "/leakhook_probe", O_RDWR);
  TRUE_ONE(close)(queue);
  mq_unlink("/leakhook_probe");
  FAILS(__mq_open_2, "real", "/leakhook_missing", O_RDWR);
}

void probe_eventfd() {
  GIVES_FD(eventfd, "eventfd", "-", 0, EFD_CLOEXEC);
  FAILS(eventfd, "real", 0, -1);
}
void probe_timerfd_create() {
  GIVES_FD(timerfd_create, "timerfd", "-", CLOCK_MONOTONIC, 0);
  FAILS(timerfd_create, "real", 999, 0);
}
void probe_epoll_create() {
  GIVES_FD(epoll_create, "epoll", "-", 1);
  FAILS(epoll_create, "real", -1);
}
void probe_epoll_create1() {
  GIVES_FD(epoll_create1, "epoll", "-", EPOLL_CLOEXEC);
  FAILS(epoll_create1, "real", -1);
}
void probe_inotify_init() { GIVES_FD(inotify_init, "inotify", "-"); }
void probe_inotify_init1() {
  GIVES_FD(inotify_init1, "inotify", "-", IN_CLOEXEC);
  FAILS(inotify_init1, "real", -1);
}
void probe_memfd_create() {
  GIVES_FD(memfd_create, "memfd", "probe", "probe", 0u);
  FAILS(memfd_create, "real", "probe", ~0u);
}
void probe_pidfd_open() {
  GIVES_FD(pidfd_open, "pidfd", "-", getpid(), 0);
  FAILS(pidfd_open, "real", -1, 0);
}
void probe_pidfd_getfd() {
  const auto self = REAL(pidfd_open, getpid(), 0);
  int fds[2];
  ASSERT_EQ(TRUE_ONE(pipe)(fds), 0);
  GIVES_FD(pidfd_getfd, "pipe", "-", self.value, fds[0], 0);
  FAILS(pidfd_getfd, "real", self.value, -1, 0);
  for (const int fd : {fds[0], fds[1], self.value}) TRUE_ONE(close)(fd);
}
void probe_posix_openpt() {
  GIVES_FD(posix_openpt, "pty", "-", O_RDWR | O_NOCTTY);
  FAILS(posix_openpt, "real", O_RDWR | O_DIRECTORY);
}
void probe_getpt() { GIVES_FD(getpt, "pty", "-"); }

void probe_signalfd() {
  sigset_t mask;
  sigemptyset(&mask);
  GIVES_FD(signalfd, "signalfd", "-", -1, &mask, 0);
  const int fd = TRUE_ONE(signalfd)(-1, &mask, 0);
  EXPECT_EQ(HOOKED(signalfd, fd, &mask, 0).books, "real");
  TRUE_ONE(close)(fd);
  FAILS(signalfd, "real", -1, &mask, -1);
}

}  // namespace leakhook::test
