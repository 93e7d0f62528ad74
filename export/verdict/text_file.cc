// SPDX-License-Identifier: Apache-2.0
// What stands in a small text file, line by line?
#include "text_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "../replace_file.h"

namespace leakhook::verdict {
namespace {

constexpr std::size_t kLargest = std::size_t{64} << 20;

std::string because(const std::string& path, const char* what) {
  return path + ": " + what + ": " + std::strerror(errno);
}

}  // namespace

std::string read_text_file(const std::string& path, std::string* text) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return because(path, "cannot be opened");
  std::string read_text;
  char buffer[65536];
  ssize_t size = 0;
  while ((size = read(fd, buffer, sizeof buffer)) > 0 && read_text.size() <= kLargest)
    read_text.append(buffer, static_cast<std::size_t>(size));
  std::string error;
  if (size < 0) error = because(path, "cannot be read");
  if (read_text.size() > kLargest) error = path + ": larger than 64 MiB: expected a text file";
  close(fd);
  if (error.empty()) *text = std::move(read_text);
  return error;
}

std::string write_text_file(const std::string& path, const std::string& text) {
  return replace_file(path, text, 0666) ? "" : because(path, "cannot be written");
}

std::vector<TextLine> lines_of(std::string_view text, std::string_view blanks) {
  std::vector<TextLine> lines;
  for (int number = 1; !text.empty(); ++number) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    const std::size_t first = line.find_first_not_of(blanks);
    if (first == std::string_view::npos || line[first] == '#') continue;
    line = line.substr(first, line.find_last_not_of(blanks) - first + 1);
    lines.push_back({number, line});
  }
  return lines;
}

}  // namespace leakhook::verdict
