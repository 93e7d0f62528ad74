// SPDX-License-Identifier: Apache-2.0
// Which characters may reach a reader's screen? None that changes what stands around it.
#include "visible.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "../presentable.h"

namespace leakhook::report {
namespace {

struct Range {
  char32_t first;
  char32_t last;
};

/// Directions of writing, line ends, invisible ones, and what XML 1.0 forbids.
constexpr std::array<Range, 10> kNotShown = {{{0x00ad, 0x00ad},
                                              {0x061c, 0x061c},
                                              {0x200b, 0x200f},
                                              {0x2028, 0x202e},
                                              {0x2060, 0x206f},
                                              {0xfeff, 0xfeff},
                                              {0xfff9, 0xfffb},
                                              {0xfffe, 0xffff},
                                              {0xe0000, 0xe007f},
                                              {0x10fffe, 0x10ffff}}};

std::size_t length_from(unsigned char first) {
  return first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

/// Requires: one whole sequence of valid UTF-8.
char32_t decoded(std::string_view sequence) {
  const auto first = static_cast<unsigned char>(sequence[0]);
  char32_t value = sequence.size() == 1 ? first : first & (0xffu >> (sequence.size() + 1));
  for (const char next : sequence.substr(1))
    value = value << 6 | (static_cast<unsigned char>(next) & 0x3f);
  return value;
}

bool is_shown(char32_t value) {
  for (const Range& range : kNotShown)
    if (value >= range.first && value <= range.last) return false;
  return true;
}

}  // namespace

std::string visible(std::string_view raw) {
  // Nearly all names are plain, and there may be a million.
  if (std::all_of(raw.begin(), raw.end(), [](char sign) { return sign >= ' ' && sign <= '~'; }))
    return std::string(raw);
  const std::string valid = presentable(raw);
  std::string out;
  out.reserve(valid.size());
  for (std::size_t at = 0; at < valid.size();) {
    const std::string_view sequence =
        std::string_view(valid).substr(at, length_from(static_cast<unsigned char>(valid[at])));
    at += sequence.size();
    if (sequence.size() == 1 || is_shown(decoded(sequence))) {
      out += sequence;
      continue;
    }
    char name[16];
    std::snprintf(name, sizeof name, "<U+%04X>", static_cast<unsigned>(decoded(sequence)));
    out += name;
  }
  return out;
}

}  // namespace leakhook::report
