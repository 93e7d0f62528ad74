// SPDX-License-Identifier: Apache-2.0
// What does a living service answer when it is asked for a dump?
#pragma once
#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <string>

#include "reply_socket.h"

namespace leakhook {

struct DumpAnswer {
  std::string text;    ///< what was wanted; empty when there is a reason
  std::string reason;  ///< one line why there is none
  bool has_ended = false;   ///< the reason is that the service is no more
  bool was_stopped = false;  ///< the reason is that nobody wants to know any more
};

/// Checks that the library listens, asks and waits. `labels`: LabelSet. `stop_fd`: readable when the
/// answer is not wanted any more, or -1.
DumpAnswer ask_for_dump(pid_t pid, std::uint8_t labels, Wanted wanted,
                        std::chrono::milliseconds timeout, int stop_fd = -1);

}  // namespace leakhook
