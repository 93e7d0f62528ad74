// SPDX-License-Identifier: Apache-2.0
// Opening what somebody else wrote.
#include "open_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace leakhook {

OpenFile::OpenFile(const std::string& path, int more)
    : fd_(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | more)) {}

OpenFile::~OpenFile() {
  if (fd_ >= 0) close(fd_);
}

std::string OpenFile::error() const {
  struct stat status {};
  if (fd_ < 0 || fstat(fd_, &status) != 0) return std::string("cannot be read: ") + strerror(errno);
  return S_ISREG(status.st_mode) ? "" : "cannot be read: it is no regular file";
}

FileHeader::FileHeader(const OpenFile& file) : bytes_(std::make_unique<Bytes>()) {
  const ssize_t got = pread(file.fd(), bytes_.get(), sizeof(Bytes), 0);
  if (got != static_cast<ssize_t>(sizeof(Bytes)) || (*this)->magic != kSegmentMagic) bytes_.reset();
}

}  // namespace leakhook
