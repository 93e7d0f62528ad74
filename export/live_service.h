// SPDX-License-Identifier: Apache-2.0
// What does a living service hold now? Read from its segment where that is a file, without anybody
// noticing; else asked for, and answered without a file being written.
#pragma once
#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "verdict/holding.h"

namespace leakhook {

struct LiveDump {
  std::optional<verdict::Dump> dump;
  std::string reason;        ///< one line why there is none
  bool has_ended = false;    ///< the reason is that the service is no more
  bool was_stopped = false;  ///< the reason is that nobody wants to know any more
};

class LiveService {
 public:
  explicit LiveService(pid_t pid);

  /// Its segment is a file that we may read: LEAKHOOK_DIR.
  bool reads_segment() const { return !segment_.empty(); }

  /// `labels`: LabelSet; what is reachable only the service itself can find out, so it is asked then.
  /// `stop_fd`: readable when the answer is not wanted any more, or -1; the reading of a segment is
  /// not interrupted.
  LiveDump dump(std::uint8_t labels, std::chrono::milliseconds timeout, int stop_fd = -1) const;

 private:
  LiveDump from_segment(std::uint8_t labels) const;

  pid_t pid_;
  std::uint64_t start_ticks_ = 0;
  std::string segment_;  ///< as we can open it
};

/// Paths of files in /proc/PID/maps that may be a segment.
std::vector<std::string> segments_in(const std::string& maps);

}  // namespace leakhook
