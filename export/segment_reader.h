// SPDX-License-Identifier: Apache-2.0
// How do the bytes of a segment get here? One reader for both forms of contract/layout.h.
// Trusts nothing: every size is checked against what really comes before memory is spent on it.
#pragma once
#include <array>
#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "../preload/contract/layout.h"

namespace leakhook {

/// Anonymous pages that grow; big ones move without being copied.
class Pages {
 public:
  Pages() = default;
  Pages(const Pages&) = delete;
  Pages& operator=(const Pages&) = delete;
  ~Pages();

  /// False: no memory. New bytes are zero.
  bool grow(std::size_t size);
  std::byte* begin() { return memory_; }
  std::span<const std::byte> bytes() const { return {memory_, size_}; }

 private:
  std::byte* memory_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

/// The copy of one segment: a header whose numbers were checked, and whole regions.
class Segment {
 public:
  const Header& header() const { return *reinterpret_cast<const Header*>(header_.data()); }

  /// The records of a region that are complete. Requires: T is the record type of the region.
  template <class T>
  std::span<const T> records(Region region) const {
    const auto bytes = pages_[static_cast<int>(region)].bytes();
    return {reinterpret_cast<const T*>(bytes.data()), bytes.size() / sizeof(T)};
  }

  /// The input was a file whose moment has passed, not a stream of a service that waits for us.
  bool is_old_dump() const { return is_old_dump_; }
  /// When the file was last written; 0 for a stream.
  std::uint64_t file_time_ns() const { return file_time_ns_; }

 private:
  friend class SegmentReader;
  alignas(64) std::array<std::byte, kHeaderSize> header_{};
  Pages pages_[static_cast<int>(Region::count)];
  bool is_old_dump_ = false;
  std::uint64_t file_time_ns_ = 0;
};

/// Reads a segment from a file or a pipe. `header_known` is called between header and regions.
/// The result is empty when all went well, else one line for people.
std::string read_segment(int fd, Segment* segment,
                         const std::function<void(const Header&)>& header_known);

}  // namespace leakhook
