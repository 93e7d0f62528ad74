// SPDX-License-Identifier: Apache-2.0
// Writing under a name of its own, then renaming.
#include "replace_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "../preload/contract/file_names.h"

namespace leakhook {
namespace {

/// More files left behind under our names are no accident.
constexpr int kMostNames = 100;

/// Errno tells why not.
bool write_fully(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

void unlink_keeping_errno(const std::string& path) {
  const int error = errno;
  unlink(path.c_str());
  errno = error;
}

}  // namespace

std::string write_beside(const std::string& path, std::string_view bytes, mode_t mode) {
  const std::string base = path + kPartialSuffix + std::to_string(getpid());
  std::string name = base;
  int fd = -1;
  // A crashed predecessor, or a neighbour in another pid namespace, may have left our name.
  for (int attempt = 1; attempt <= kMostNames; ++attempt) {
    fd = open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
    if (fd >= 0 || errno != EEXIST) break;
    name = base + "." + std::to_string(attempt);
  }
  if (fd < 0) return {};
  bool is_whole = write_fully(fd, bytes);
  const int write_error = errno;
  // Some file systems tell of a full disk only now.
  if (close(fd) != 0)
    is_whole = false;
  else
    errno = write_error;
  if (is_whole) return name;
  unlink_keeping_errno(name);
  return {};
}

bool replace_file(const std::string& path, std::string_view bytes, mode_t mode) {
  const std::string beside = write_beside(path, bytes, mode);
  if (beside.empty()) return false;
  if (std::rename(beside.c_str(), path.c_str()) == 0) return true;
  unlink_keeping_errno(beside);
  return false;
}

}  // namespace leakhook
