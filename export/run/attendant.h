// SPDX-License-Identifier: Apache-2.0
// What does a good wrapper do while its program runs? Passes signals on, lets the terminal's stops
// through, reaps orphans, and lives until the program has ended.
#pragma once
#include <signal.h>
#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>

namespace leakhook {

/// How a process ended: by exit status `number`, or by signal `number`.
struct Ending {
  bool is_signal = false;
  int number = 0;
  std::string name;  ///< as the kernel called it at the end; changes with each exec
};

class Attendant {
 public:
  /// From now on signals wait for await_end() and linger(), SIGCHLD is not ignored, and orphans of
  /// the run come to us instead of to init.
  Attendant();
  Attendant(const Attendant&) = delete;
  Attendant& operator=(const Attendant&) = delete;

  const sigset_t& blocked_before() const { return blocked_before_; }
  const struct sigaction& child_end_before() const { return child_end_before_; }

  /// Until `program`, a child of ours, has ended. What we are sent, it is sent, but what the
  /// terminal sends to all of the process group.
  Ending await_end(pid_t program);

  /// Until no child is left, ours or adopted, or for so long. What we are sent meanwhile goes to
  /// all that still run; told to end, we give them a little time for their last dumps.
  void linger(std::chrono::milliseconds longest);

 private:
  void pass_on(const siginfo_t& signal) const;
  void look_at_program();
  void reap();
  void stop_with_program(int signal) const;

  sigset_t blocked_before_{};
  sigset_t awaited_{};
  struct sigaction child_end_before_ {};
  pid_t program_ = 0;
  std::optional<Ending> end_;
  bool has_children_ = true;
};

}  // namespace leakhook
