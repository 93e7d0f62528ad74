// SPDX-License-Identifier: Apache-2.0
// Which keys were pressed?
#include "keys.h"

#include <algorithm>
#include <iterator>

namespace leakhook::top {
namespace {

constexpr char kEscape = '\x1b';
constexpr char kEndOfInput = '\x04';  // Ctrl-D

struct Sequence {
  std::string_view bytes;  ///< behind the escape character and '[' or 'O'
  Key key;
};
/// ECMA-48 as xterm, the Linux console, rxvt, screen and tmux send them.
constexpr Sequence kSequences[] = {
    {"A", Key::up},      {"B", Key::down},     {"C", Key::right}, {"D", Key::left},
    {"5~", Key::page_up}, {"6~", Key::page_down}, {"H", Key::home},  {"1~", Key::home},
    {"7~", Key::home},   {"F", Key::end},      {"4~", Key::end},  {"8~", Key::end},
};

Key key_of(std::string_view bytes) {
  const auto* const found =
      std::find_if(std::begin(kSequences), std::end(kSequences),
                   [bytes](const Sequence& sequence) { return sequence.bytes == bytes; });
  return found == std::end(kSequences) ? Key::other : found->key;
}

KeyPress plain_key(char byte) {
  if (byte == '\r' || byte == '\n') return {Key::enter};
  if (byte == kEndOfInput) return {Key::end_of_input};
  const bool is_letter = byte == '\t' || (byte >= ' ' && byte <= '~');
  return is_letter ? KeyPress{Key::letter, byte} : KeyPress{Key::other};
}

/// Bytes that belong to the sequence at the start; 0: more must come.
std::size_t size_of_sequence(std::string_view bytes) {
  if (bytes.size() < 2) return 0;
  if (bytes[1] == 'O') return bytes.size() < 3 ? 0 : 3;
  if (bytes[1] != '[') return 1;  // the escape key, and another one
  const auto* const last = std::find_if(bytes.begin() + 2, bytes.end(),
                                        [](char byte) { return byte >= '@' && byte <= '~'; });
  return last == bytes.end() ? 0 : static_cast<std::size_t>(last - bytes.begin()) + 1;
}

}  // namespace

std::vector<KeyPress> Keys::pressed(std::string_view bytes) {
  pending_ += bytes;
  std::vector<KeyPress> keys;
  std::size_t at = 0;
  while (at < pending_.size()) {
    const std::string_view rest = std::string_view(pending_).substr(at);
    if (rest[0] != kEscape) {
      keys.push_back(plain_key(rest[0]));
      ++at;
      continue;
    }
    const std::size_t size = size_of_sequence(rest);
    if (size == 0) break;
    keys.push_back({size == 1 ? Key::escape : key_of(rest.substr(2, size - 2))});
    at += size;
  }
  pending_.erase(0, at);
  return keys;
}

std::vector<KeyPress> Keys::give_up() {
  if (pending_.empty()) return {};
  const Key key = pending_.size() == 1 ? Key::escape : Key::other;
  pending_.clear();
  return {{key}};
}

}  // namespace leakhook::top
