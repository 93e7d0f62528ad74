// SPDX-License-Identifier: Apache-2.0
// A stream of the books that a test made, taken apart as contract/layout.h describes it.
#pragma once
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <span>
#include <vector>

#include "../../../preload/contract/layout.h"
#include "../../../preload/life/stream.h"

namespace leakhook::testing {

class Packed {
 public:
  explicit Packed(std::uint32_t number = 7) {
    alignas(64) static thread_local char buffer[life::kStreamBuffer];
    const int fd = memfd_create("stream", MFD_CLOEXEC);
    is_written = life::write_stream(fd, {number, 111, 222}, buffer);
    bytes_.resize(static_cast<std::size_t>(lseek(fd, 0, SEEK_END)) / 8 + 1);
    size = static_cast<std::uint64_t>(pread(fd, bytes_.data(), bytes_.size() * 8, 0));
    close(fd);
  }
  const Header& header() const { return *reinterpret_cast<const Header*>(bytes_.data()); }
  std::uint64_t length(Region region) const {
    return header().regions[static_cast<int>(region)].committed.load();
  }
  template <class Record>
  std::span<const Record> records(Region region) const {
    std::uint64_t at = header().header_size;
    for (int i = 0; i < static_cast<int>(region); ++i) at += length(static_cast<Region>(i));
    const auto* first = reinterpret_cast<const char*>(bytes_.data()) + at;
    return {reinterpret_cast<const Record*>(first), length(region) / sizeof(Record)};
  }

  bool is_written;
  std::uint64_t size;

 private:
  std::vector<std::uint64_t> bytes_;
};

}  // namespace leakhook::testing
