// SPDX-License-Identifier: Apache-2.0
// How does the program of a run start: as if leakhook were not there?
#pragma once
#include <signal.h>
#include <sys/types.h>

#include <string>
#include <vector>

namespace leakhook {

/// Which of the descriptors 0, 1 and 2 were closed when leakhook started. In their places stands
/// /dev/null meanwhile, so that no file of ours gets such a number; the program finds them closed.
class StandardDescriptors {
 public:
  /// Fills the gaps. Requires: nothing was opened before.
  StandardDescriptors();
  /// Async-signal-safe.
  void close_again() const;

 private:
  bool was_closed_[3] = {};
};

/// What of us the program must not inherit.
struct Inheritance {
  StandardDescriptors descriptors;
  sigset_t blocked{};             ///< signals that the program finds blocked
  struct sigaction on_child_end;  ///< of SIGCHLD
};

struct Launched {
  pid_t pid = -1;                 ///< −1: nothing runs
  std::uint64_t start_ticks = 0;  ///< as ProcessStat has it; 0: not known
  int status = 0;                 ///< without a pid: 126 or 127 as of a shell, 24 when no process
  std::string reason;             ///< without a pid: one line
};

/// Starts `arguments` in our process group, at our terminal. Never waits for its end.
Launched launch(const std::vector<std::string>& arguments,
                const std::vector<std::string>& environment, const Inheritance& inheritance);

}  // namespace leakhook
