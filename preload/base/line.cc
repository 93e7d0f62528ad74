// SPDX-License-Identifier: Apache-2.0
// The one place where the service side writes to stderr.
#include "line.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>

#include "system.h"

namespace leakhook {
namespace {

struct FileIdentity {
  dev_t device;
  ino_t inode;
  bool operator==(const FileIdentity&) const = default;
};
constinit FileIdentity stderr_at_birth{};

bool look_at_stderr(struct stat* status) {
  return !sys::failed(sys::call(SYS_fstat, 2, sys::word(status)));
}

}  // namespace

void remember_stderr() {
  struct stat status {};
  if (look_at_stderr(&status)) stderr_at_birth = {status.st_dev, status.st_ino};
}

bool is_stderr_ours() {
  struct stat status {};
  if (!look_at_stderr(&status)) return false;
  if (FileIdentity{status.st_dev, status.st_ino} == stderr_at_birth) return true;
  const bool is_log = S_ISREG(status.st_mode) && (sys::call(SYS_fcntl, 2, F_GETFL) & O_APPEND) != 0;
  return is_log || S_ISCHR(status.st_mode);
}

void say(std::uint32_t verbose, const char* text) {
  if (verbose == 0 || !is_stderr_ours()) return;
  // A full pipe must not hold the service: a line that cannot go now is not said.
  pollfd room{2, POLLOUT, 0};
  if (sys::poll_now(&room, 1) != 1 || (room.revents & POLLOUT) == 0) return;
  Line line;
  line << "leakhook: ";
  for (; *text != 0; ++text) line << (is_control(*text) ? '?' : *text);
  line << '\n';
  sys::write(2, line.c_str(), line.size());
}

}  // namespace leakhook
