// SPDX-License-Identifier: Apache-2.0
// The hooks of streams that take over a descriptor or change it.
#include <errno.h>
#include <string.h>

#include "../base/system.h"
#include "../ledger/sandbox.h"
#include "declarations.h"
#include "descriptors.h"

namespace leakhook {
namespace {

/// Records a descriptor unless the books know it already: a stream takes over what open made, and
/// that stack is the one to show.
void adopt(const ledger::Caller& caller, int fd, const void* stream) {
  ledger::WithdrawnFd known;
  ledger::withdraw_fd(fd, &known);
  if (known.slot != nullptr)
    ledger::restore_fd(known);
  else
    ledger::acquired_fd(caller, kind_by_asking(fd), fd);
  ledger::set_fd_stream(fd, stream);
}

/// What a reopened stream has now. With a null path it keeps its file in another mode.
void reopened(const ledger::Caller& caller, FILE* stream, const char* path) {
  const int fd = fd_of(stream);
  if (fd < 0) return;
  ledger::acquired_fd(caller, path != nullptr ? kind_of(path, 0) : kind_by_asking(fd), fd, path);
  ledger::set_fd_stream(fd, stream);
}

/// The child behind a stream that popen made; 0: not known. glibc keeps its pid behind the stream's
/// table of functions (struct _IO_proc_file of libio/iopopen.c, unchanged since 2.1). That it is a
/// child of ours is asked of the kernel, so that another layout gives no wrong answer.
pid_t child_of(FILE* stream) {
  if (stream == nullptr || ledger::is_sandboxed()) return 0;
  pid_t child = 0;
  memcpy(&child, reinterpret_cast<const char*>(stream) + sizeof(FILE) + sizeof(void*),
         sizeof child);
  siginfo_t ignored;
  const long is_child =
      sys::call(SYS_waitid, P_PID, child, sys::word(&ignored), WEXITED | WNOHANG | WNOWAIT);
  return child > 0 && is_child == 0 ? child : 0;
}

}  // namespace

int fd_of(FILE* stream) {
  if (stream == nullptr) return -1;
  const int kept = errno;
  const int fd = fileno(stream);
  errno = kept;
  return fd;
}

int fd_of(DIR* stream) {
  if (stream == nullptr) return -1;  // closedir(nullptr) is an error, not a crash
  const int kept = errno;
  const int fd = dirfd(stream);
  errno = kept;
  return fd;
}

// The old descriptor is closed whether or not the new file can be opened.
FILE* hook_freopen(const char* path, const char* mode, FILE* stream) {
  ledger::released_stream(LEAKHOOK_FRAME, fd_of(stream), stream);
  FILE* result = real::freopen(path, mode, stream);
  if (result != nullptr) reopened(LEAKHOOK_CALLER, result, path);
  return result;
}

FILE* hook_freopen64(const char* path, const char* mode, FILE* stream) {
  ledger::released_stream(LEAKHOOK_FRAME, fd_of(stream), stream);
  FILE* result = real::freopen64(path, mode, stream);
  if (result != nullptr) reopened(LEAKHOOK_CALLER, result, path);
  return result;
}

FILE* hook_popen(const char* command, const char* mode) {
  FILE* stream = real::popen(command, mode);
  if (stream == nullptr) return stream;
  ledger::acquired_fd(LEAKHOOK_CALLER, Kind::pipe, fd_of(stream));
  ledger::set_fd_stream(fd_of(stream), stream);
  const pid_t child = child_of(stream);
  if (child != 0)
    ledger::acquired(LEAKHOOK_CALLER, Kind::process, static_cast<std::uint64_t>(child), command);
  return stream;
}

int hook_pclose(FILE* stream) {
  const int fd = fd_of(stream);
  const ledger::ClosedFd before = ledger::released_stream(LEAKHOOK_FRAME, fd, stream);
  const pid_t child = child_of(stream);
  const int status = real::pclose(stream);
  ledger::close_returned(LEAKHOOK_FRAME, fd, before, status);
  if (child != 0) ledger::released(Kind::process, static_cast<std::uint64_t>(child));
  return status;
}

FILE* hook_fdopen(int fd, const char* mode) {
  FILE* stream = real::fdopen(fd, mode);
  if (stream != nullptr) adopt(LEAKHOOK_CALLER, fd, stream);
  return stream;
}

DIR* hook_fdopendir(int fd) {
  DIR* stream = real::fdopendir(fd);
  if (stream != nullptr) adopt(LEAKHOOK_CALLER, fd, stream);
  return stream;
}

}  // namespace leakhook
