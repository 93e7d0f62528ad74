// SPDX-License-Identifier: Apache-2.0
// What is a fuzz target? One function over bytes that anybody may have written. Whatever they are,
// it returns; a sanitizer or require() ends the process when something is wrong.
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size);

namespace leakhook::fuzz {

/// What must hold for every input.
inline void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  std::abort();
}

inline std::string_view text_of(const std::uint8_t* bytes, std::size_t size) {
  return {reinterpret_cast<const char*>(bytes), size};
}

/// An input as numbers and texts, front to back; zeros and empty texts behind its end.
class Input {
 public:
  Input(const std::uint8_t* bytes, std::size_t size) : left_(text_of(bytes, size)) {}

  bool is_empty() const { return left_.empty(); }

  template <typename Number>
  Number next() {
    Number number{};
    std::memcpy(&number, left_.data(), left_.size() < sizeof number ? left_.size() : sizeof number);
    left_.remove_prefix(left_.size() < sizeof number ? left_.size() : sizeof number);
    return number;
  }

  /// A text behind its length, which takes one byte.
  std::string text() {
    const std::size_t size = next<std::uint8_t>();
    const std::string text(left_.substr(0, size));
    left_.remove_prefix(text.size());
    return text;
  }

  std::string_view rest() const { return left_; }

 private:
  std::string_view left_;
};

}  // namespace leakhook::fuzz
