// SPDX-License-Identifier: Apache-2.0
// How does a text stand in HTML? With an entity for every character that could begin or end markup.
#include "markup.h"

namespace leakhook::report {

std::string markup_text(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char sign : text) {
    switch (sign) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += sign;
    }
  }
  return out;
}

}  // namespace leakhook::report
