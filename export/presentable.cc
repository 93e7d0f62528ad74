// SPDX-License-Identifier: Apache-2.0
// May this text be shown? A profile with one bad byte is refused whole by its readers.
#include "presentable.h"

#include <algorithm>

namespace leakhook {
namespace {

/// The length of the UTF-8 sequence at the start of `rest`, 0 when there is none.
std::size_t sequence_length(std::string_view rest) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(rest[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || rest.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((byte(i) & 0xc0) != 0x80) return 0;
  // Too long a form, surrogates, beyond U+10FFFF.
  if (first == 0xe0 && byte(1) < 0xa0) return 0;
  if (first == 0xed && byte(1) > 0x9f) return 0;
  if (first == 0xf0 && byte(1) < 0x90) return 0;
  if (first == 0xf4 && byte(1) > 0x8f) return 0;
  return length;
}

}  // namespace

std::string presentable(std::string_view raw) {
  std::string out;
  out.reserve(raw.size());
  while (!raw.empty()) {
    const std::size_t length = sequence_length(raw);
    const auto first = static_cast<unsigned char>(raw[0]);
    const bool is_c1 = length == 2 && first == 0xc2 && static_cast<unsigned char>(raw[1]) < 0xa0;
    if (length == 0)
      out += "\xef\xbf\xbd";
    else if (first < 0x20 || first == 0x7f || is_c1)
      out += '?';
    else
      out += raw.substr(0, length);
    raw.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return out;
}

}  // namespace leakhook
