// SPDX-License-Identifier: Apache-2.0
// Where do the processes of a run leave their books and profiles?
#include "run_folder.h"

#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <vector>

#include "../../preload/contract/file_names.h"
#include "../replace_file.h"

namespace leakhook {
namespace {

namespace fs = std::filesystem;

/// 128 bits that nobody guesses, in hex. Empty: the kernel has none.
std::string unguessable_name() {
  unsigned char bytes[16];
  if (getrandom(bytes, sizeof bytes, 0) != static_cast<ssize_t>(sizeof bytes)) return {};
  std::string name;
  for (const unsigned char byte : bytes) {
    name += "0123456789abcdef"[byte >> 4];
    name += "0123456789abcdef"[byte & 15];
  }
  return name;
}

/// Is there room for a file with a page in it? Errno tells why not.
bool holds_a_file(const std::string& folder) {
  const std::string path = folder + "/room";
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) return false;
  const char page[4096] = {};
  const ssize_t written = write(fd, page, sizeof page);
  const int error = written < 0 ? errno : ENOSPC;
  close(fd);
  unlink(path.c_str());
  errno = error;
  return written == static_cast<ssize_t>(sizeof page);
}

std::vector<std::string> places() {
  std::vector<std::string> found{"/tmp", "/dev/shm", "/var/tmp"};
  const char* wanted = std::getenv("TMPDIR");
  std::error_code error;
  if (wanted && *wanted) found.insert(found.begin(), fs::absolute(wanted, error).string());
  return found;
}

}  // namespace

RunFolder::~RunFolder() {
  std::error_code error;
  if (!outer_.empty()) fs::remove_all(outer_, error);
}

std::string RunFolder::make() {
  std::string reasons;
  for (const std::string& place : places()) {
    if (make_in(place)) return {};
    reasons += (reasons.empty() ? "" : ", ") + place + " (" + strerror(errno) + ")";
  }
  return "no folder for the profiles of the run can be made: " + reasons;
}

std::string keep_profiles(const std::vector<verdict::Dump>& dumps, const std::string& folder) {
  for (const verdict::Dump& dump : dumps) {
    for (const verdict::ProfileFile& file : dump.files) {
      const std::string path = folder + "/" + dump.program + "." + std::to_string(dump.pid) + "." +
                               file.name + kProfileSuffix;
      if (!replace_file(path, file.bytes, 0600))
        return path + ": cannot be written: " + strerror(errno);
    }
  }
  return {};
}

bool RunFolder::make_in(const std::string& place) {
  outer_ = place + "/leakhook-run.XXXXXX";
  if (!mkdtemp(outer_.data())) return outer_.clear(), false;
  inner_ = outer_ + "/" + unguessable_name();
  // Not by mkdir's mode, from which the umask takes away.
  const bool is_made = inner_.size() > outer_.size() + 1 && mkdir(inner_.c_str(), 0700) == 0 &&
                       chmod(inner_.c_str(), 01733) == 0 && chmod(outer_.c_str(), 0711) == 0 &&
                       holds_a_file(inner_);
  if (is_made) return true;
  const int error = errno;
  std::error_code ignored;
  fs::remove_all(outer_, ignored);
  outer_.clear();
  errno = error;
  return false;
}

}  // namespace leakhook
