// SPDX-License-Identifier: Apache-2.0
// The one place where the command writes to stderr, but for reports.
#include "say.h"

#include <poll.h>
#include <unistd.h>

#include <cstdio>

#include "../report/visible.h"

namespace leakhook {

void say(const std::string& line) {
  std::fprintf(stderr, "leakhook: %s\n", report::visible(line).c_str());
}

bool can_say() {
  pollfd room{STDERR_FILENO, POLLOUT, 0};
  return poll(&room, 1, 0) == 1 && (room.revents & POLLOUT) != 0;
}

}  // namespace leakhook
