// SPDX-License-Identifier: Apache-2.0
// The hooks of descriptors that are copied, replaced or closed in bulk, and which kind a new one
// is.
#include "descriptors.h"

#include <linux/close_range.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "../base/system.h"
#include "../ledger/sandbox.h"
#include "declarations.h"

namespace leakhook {
namespace {

bool begins_with(const char* text, const char* start) {
  for (; *start != 0; ++text, ++start)
    if (*text != *start) return false;
  return true;
}

/// What /proc/self/fd calls a file without a name: "anon_inode:[eventfd]".
Kind kind_of_anonymous(int fd) {
  char link[32] = "/proc/self/fd/";
  char* end = link + 14;
  char digits[12];
  int count = 0;
  for (unsigned rest = static_cast<unsigned>(fd); count == 0 || rest != 0; rest /= 10)
    digits[count++] = static_cast<char>('0' + rest % 10);
  while (count > 0) *end++ = digits[--count];
  *end = 0;
  char target[64] = {};
  sys::call(SYS_readlinkat, AT_FDCWD, sys::word(link), sys::word(target), sizeof target - 1);
  if (!begins_with(target, "anon_inode:")) return Kind::other_fd;
  const char* name = target + 11;
  if (begins_with(name, "[eventfd]")) return Kind::eventfd;
  if (begins_with(name, "[timerfd]")) return Kind::timerfd;
  if (begins_with(name, "[signalfd]")) return Kind::signalfd;
  if (begins_with(name, "[eventpoll]")) return Kind::epoll;
  if (begins_with(name, "inotify")) return Kind::inotify;
  if (begins_with(name, "[pidfd]")) return Kind::pidfd;
  return Kind::other_fd;
}

bool is_pty(const struct stat& file) {
  const unsigned major = file.st_rdev >> 8 & 0xfff;
  return file.st_rdev == 0x502 || (major >= 136 && major <= 143);  // /dev/ptmx, /dev/pts/N
}

bool is_memfd(int fd) {
  struct statfs filesystem {};
  struct stat file {};
  return sys::call(SYS_fstatfs, fd, sys::word(&filesystem)) == 0 &&
         filesystem.f_type == TMPFS_MAGIC && sys::call(SYS_fstat, fd, sys::word(&file)) == 0 &&
         file.st_nlink == 0 && sys::call(SYS_fcntl, fd, F_GET_SEALS) >= 0;
}

/// The books of a dup2 around the real call: the descriptor that it closes on the way.
class Replacement {
 public:
  Replacement(int from, int to) : from_(from), to_(to) {
    if (from != to) ledger::withdraw_fd(to, &replaced_);  // equal: nothing is closed
  }
  int done(const ledger::Caller& caller, int result) const {
    if (from_ == to_) return result;
    if (result >= 0)
      ledger::acquired_fd_copy(caller, from_, to_);
    else
      ledger::restore_fd(replaced_);
    return result;
  }

 private:
  int from_;
  int to_;
  ledger::WithdrawnFd replaced_;
};

bool duplicates(int command) { return command == F_DUPFD || command == F_DUPFD_CLOEXEC; }

}  // namespace

Kind kind_of(const char* path, int flags) {
  if ((flags & O_TMPFILE) != O_TMPFILE && (flags & O_DIRECTORY) != 0) return Kind::directory;
  if (path == nullptr || path[0] != '/') return Kind::file;
  if (!begins_with(path, "/dev/pt")) return Kind::file;
  return begins_with(path + 7, "mx") || begins_with(path + 7, "s/") ? Kind::pty : Kind::file;
}

Kind kind_by_asking(int fd) {
  struct stat file {};
  if (ledger::is_sandboxed() || sys::call(SYS_fstat, fd, sys::word(&file)) != 0)
    return Kind::other_fd;
  switch (file.st_mode & S_IFMT) {
    case S_IFSOCK:
      return Kind::socket;
    case S_IFIFO:
      return Kind::pipe;
    case S_IFDIR:
      return Kind::directory;
    case S_IFCHR:
      return is_pty(file) ? Kind::pty : Kind::file;
    case S_IFREG:
      return is_memfd(fd) ? Kind::memfd : Kind::file;
    case 0:  // an anonymous inode has no type
      return kind_of_anonymous(fd);
    default:
      return Kind::file;
  }
}

// Given an old descriptor signalfd only changes its mask.
int hook_signalfd(int fd, const sigset_t* mask, int flags) {
  const int result = real::signalfd(fd, mask, flags);
  if (fd == -1 && result >= 0) ledger::acquired_fd(LEAKHOOK_CALLER, Kind::signalfd, result);
  return result;
}

int hook_openpty(int* master, int* slave, char* name, const termios* settings,
                 const winsize* size) {
  const int result = real::openpty(master, slave, name, settings, size);
  if (result == 0) ledger::acquired_fd_pair(LEAKHOOK_CALLER, Kind::pty, *master, *slave, name);
  return result;
}

int hook_dup(int fd) {
  const int copy = real::dup(fd);
  if (copy >= 0) ledger::acquired_fd_copy(LEAKHOOK_CALLER, fd, copy);
  return copy;
}

int hook_dup2(int from, int to) {
  const Replacement replacement(from, to);
  const int result = real::dup2(from, to);
  return replacement.done(LEAKHOOK_CALLER, result);
}

int hook_dup3(int from, int to, int flags) {
  const Replacement replacement(from, to);
  const int result = real::dup3(from, to, flags);
  return replacement.done(LEAKHOOK_CALLER, result);
}

int hook_fcntl(int fd, int command, void* argument) {
  const int result = real::fcntl(fd, command, argument);
  if (duplicates(command) && result >= 0) ledger::acquired_fd_copy(LEAKHOOK_CALLER, fd, result);
  return result;
}

int hook_fcntl64(int fd, int command, void* argument) {
  const int result = real::fcntl64(fd, command, argument);
  if (duplicates(command) && result >= 0) ledger::acquired_fd_copy(LEAKHOOK_CALLER, fd, result);
  return result;
}

// Too many records to put back: where the kernel refuses (no such call, a filter), programs close
// one by one, which comes to the same. Arguments that it always refuses are left alone.
int hook_close_range(unsigned first, unsigned last, int flags) {
  constexpr int kCloses = CLOSE_RANGE_UNSHARE;
  if (first <= last && (flags & ~kCloses) == 0) ledger::released_fds(LEAKHOOK_FRAME, first, last);
  return real::close_range(first, last, flags);
}

void hook_closefrom(int first) {
  ledger::released_fds(LEAKHOOK_FRAME, first < 0 ? 0 : static_cast<unsigned>(first), ~0u);
  real::closefrom(first);
}

}  // namespace leakhook
