// SPDX-License-Identifier: Apache-2.0
// What are the next bytes of a table? A reader that cannot leave its range.
#pragma once
#include <cstdint>
#include <cstring>

#include "address.h"

namespace leakhook::unwind {

/// A piece of memory that may be read.
struct Extent {
  Address low = 0;
  Address high = 0;
  bool contains(Address a) const { return a >= low && a < high; }
};

/// Reads forward. A read past the end gives 0 and makes is_broken() true for good, so that a parser
/// may ask once at its end.
class Bytes {
 public:
  Bytes() = default;
  Bytes(Address begin, Address end) : at_(begin), end_(end < begin ? begin : end) {}

  bool is_broken() const { return broken_; }
  bool is_empty() const { return at_ == end_; }
  Address at() const { return at_; }
  Address end() const { return end_; }

  template <typename Number>
  Number next() {
    Number number{};
    if (!has(sizeof number)) return number;
    std::memcpy(&number, reinterpret_cast<const void*>(at_), sizeof number);
    at_ += sizeof number;
    return number;
  }

  void skip(std::uint64_t count) {
    if (has(count)) at_ += count;
  }

  /// The next `count` bytes as a range of their own.
  Bytes take(std::uint64_t count) {
    if (!has(count)) return {};
    at_ += count;
    return {at_ - count, at_};
  }

  /// Little endian base 128. Bits past 64 are dropped, length is bounded by the range.
  std::uint64_t unsigned_leb() {
    std::uint64_t number = 0;
    for (unsigned shift = 0;; shift += 7) {
      const std::uint8_t byte = next<std::uint8_t>();
      if (shift < 64) number |= std::uint64_t{byte & 0x7fu} << shift;
      if ((byte & 0x80) == 0) return number;
    }
  }

  std::int64_t signed_leb() {
    std::uint64_t number = 0;
    for (unsigned shift = 0;;) {
      const std::uint8_t byte = next<std::uint8_t>();
      if (shift < 64) number |= std::uint64_t{byte & 0x7fu} << shift;
      shift += 7;
      if ((byte & 0x80) != 0) continue;
      if ((byte & 0x40) != 0 && shift < 64) number |= ~std::uint64_t{0} << shift;
      return static_cast<std::int64_t>(number);
    }
  }

 private:
  bool has(std::uint64_t count) {
    if (count <= end_ - at_) return true;
    at_ = end_;
    broken_ = true;
    return false;
  }

  Address at_ = 0;
  Address end_ = 0;
  bool broken_ = false;
};

}  // namespace leakhook::unwind
