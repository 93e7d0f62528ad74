// SPDX-License-Identifier: Apache-2.0
// The one place where the service side writes to stderr.
#include "line.h"

#include <sys/stat.h>

#include "system.h"

namespace leakhook {
namespace {

struct FileIdentity {
  dev_t device;
  ino_t inode;
  bool is_open;
  bool operator==(const FileIdentity&) const = default;
};
constinit FileIdentity stderr_at_birth{};

FileIdentity identity_of(int fd) {
  struct stat status {};
  if (sys::failed(sys::call(SYS_fstat, fd, sys::word(&status)))) return {};
  return {status.st_dev, status.st_ino, true};
}

}  // namespace

void remember_stderr() { stderr_at_birth = identity_of(2); }

bool is_stderr_ours() { return stderr_at_birth.is_open && identity_of(2) == stderr_at_birth; }

void say(std::uint32_t verbose, const char* text) {
  if (verbose == 0 || !is_stderr_ours()) return;
  Line line;
  line << "leakhook: " << text << '\n';
  sys::write(2, line.c_str(), line.size());
}

}  // namespace leakhook
