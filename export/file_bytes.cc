// SPDX-License-Identifier: Apache-2.0
// What stands in a file that somebody else wrote?
#include "file_bytes.h"

#include <unistd.h>

#include <cerrno>

namespace leakhook {

std::optional<std::string> file_bytes(int fd, std::size_t most) {
  std::string bytes;
  char chunk[1 << 16];
  for (;;) {
    const ssize_t got = read(fd, chunk, sizeof chunk);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return {};
    if (got == 0) return bytes;
    bytes.append(chunk, static_cast<std::size_t>(got));
    if (bytes.size() <= most) continue;
    errno = EFBIG;
    return {};
  }
}

}  // namespace leakhook
