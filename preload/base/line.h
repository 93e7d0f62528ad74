// SPDX-License-Identifier: Apache-2.0
// One line of text in a fixed buffer: what the service side has instead of stdio.
//
// Async-signal-safe, never allocates. Text that does not fit is cut.
#pragma once
#include <cstddef>
#include <cstdint>

namespace leakhook {

constexpr bool is_control(char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; }

template <std::size_t kSize>
class Text {
 public:
  Text& operator<<(const char* text) {
    while (*text != 0) put(*text++);
    return *this;
  }
  Text& operator<<(char c) {
    put(c);
    return *this;
  }
  Text& operator<<(std::uint64_t number) { return digits(number, 1); }
  Text& operator<<(int number) {
    if (number < 0) put('-');
    return digits(number < 0 ? 0u - static_cast<unsigned>(number) : static_cast<unsigned>(number),
                  1);
  }
  /// With leading zeros to at least `width`.
  Text& digits(std::uint64_t number, int width) {
    char reversed[20];
    int count = 0;
    do reversed[count++] = static_cast<char>('0' + number % 10);
    while ((number /= 10) != 0);
    const int least = width < 20 ? width : 20;
    while (count < least) reversed[count++] = '0';
    while (count > 0) put(reversed[--count]);
    return *this;
  }

  /// Somebody's name as part of a file's: it ends no folder, no line, and commands no terminal.
  Text& file_name(const char* text) {
    for (; *text != 0; ++text) put(*text == '/' || is_control(*text) ? '_' : *text);
    return *this;
  }

  const char* c_str() const { return text_; }
  std::size_t size() const { return size_; }
  bool is_cut() const { return is_cut_; }
  void clear() { text_[size_ = 0] = 0, is_cut_ = false; }

 private:
  void put(char c) {
    if (size_ + 1 >= kSize) {
      is_cut_ = true;
      return;
    }
    text_[size_++] = c;
    text_[size_] = 0;
  }
  std::size_t size_ = 0;
  bool is_cut_ = false;
  char text_[kSize] = {};
};

using Line = Text<512>;

/// Copies a C string into a fixed array, cutting it where it does not fit. Always terminated.
template <std::size_t kSize>
void copy_text(char (&to)[kSize], const char* from) {
  std::size_t i = 0;
  for (; from[i] != 0 && i + 1 < kSize; ++i) to[i] = from[i];
  to[i] = 0;
}

/// Which file is stderr now? A service may close descriptor 2 and have its database there later.
void remember_stderr();
/// Is descriptor 2 still what it was, or a log (opened for appending) or a terminal?
bool is_stderr_ours();

/// "leakhook: " + text + newline to stderr in one write, when `verbose` allows it. Control
/// characters become question marks.
void say(std::uint32_t verbose, const char* text);

}  // namespace leakhook
