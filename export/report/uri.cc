// SPDX-License-Identifier: Apache-2.0
// How does a path stand in a URI? A colon is escaped too: in the first part of a relative path it
// would end a scheme.
#include "uri.h"

#include <cstdio>

namespace leakhook::report {

std::string uri_of_path(std::string_view path) {
  static constexpr std::string_view kPlain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/!$&'()*+,;=@";
  std::string out;
  for (const char byte : path) {
    char escaped[4];
    std::snprintf(escaped, sizeof escaped, "%%%02X", static_cast<unsigned char>(byte));
    out += kPlain.find(byte) == kPlain.npos ? std::string(escaped) : std::string(1, byte);
  }
  return out;
}

}  // namespace leakhook::report
