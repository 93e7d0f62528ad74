// SPDX-License-Identifier: Apache-2.0
// Writing where the user wants it.
#include "named_file.h"

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "say.h"

namespace leakhook {

bool write_named_file(const std::string& path, const std::string& text) {
  std::FILE* file = std::fopen(path.c_str(), "we");
  const bool is_written = file && std::fwrite(text.data(), 1, text.size(), file) == text.size();
  const int error = errno;
  const bool is_closed = file && std::fclose(file) == 0;
  if (is_written && is_closed) return true;
  say(path + ": cannot be written: " + strerror(is_written ? errno : error));
  return false;
}

}  // namespace leakhook
