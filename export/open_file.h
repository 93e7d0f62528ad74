// SPDX-License-Identifier: Apache-2.0
// A file that somebody else wrote, open for reading for as long as this lives.
#pragma once
#include <memory>
#include <string>

#include "../preload/contract/layout.h"

namespace leakhook {

class OpenFile {
 public:
  /// Not waiting for the other end should the name be that of a pipe. `more`: flags of open(2).
  explicit OpenFile(const std::string& path, int more = 0);
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  ~OpenFile();

  /// Negative: it cannot be opened, see errno.
  int fd() const { return fd_; }
  /// Empty or why it cannot be read.
  std::string error() const;

 private:
  int fd_;
};

/// The first bytes of a segment's file. Nothing of what stands in there is checked but that it is
/// one; texts may lack their end.
class FileHeader {
 public:
  explicit FileHeader(const OpenFile& file);
  /// False: this is no segment.
  explicit operator bool() const { return bytes_ != nullptr; }
  const Header* operator->() const { return reinterpret_cast<const Header*>(bytes_.get()); }

 private:
  struct alignas(Header) Bytes {
    char bytes[kHeaderSize];
  };
  std::unique_ptr<Bytes> bytes_;
};

}  // namespace leakhook
