// SPDX-License-Identifier: Apache-2.0
// What does the kernel say of the process now? Reads /proc, believes nothing to be there.
#pragma once
#include <sys/types.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace leakhook {

/// The numbers of /proc/PID/stat that we need.
struct ProcessStat {
  char state = '?';
  pid_t parent = 0;
  std::uint64_t start_ticks = 0;  ///< tells processes of one pid apart
  int exit_signal = 0;            ///< not SIGCHLD: a helper that a plain wait() does not see
};

/// Nothing: no such process.
std::optional<ProcessStat> stat_of(pid_t pid);

/// Target of a symbolic link, empty when it cannot be read.
std::string link_target(const std::string& path);

/// The text of a small file of /proc, empty when it cannot be read.
std::string text_of_file(const std::string& path);

/// One process by pid and start time; every answer is empty when that very process is gone.
class ProcessLook {
 public:
  ProcessLook(pid_t pid, std::uint64_t start_ticks) : pid_(pid), start_ticks_(start_ticks) {}

  pid_t pid() const { return pid_; }
  bool is_alive() const;
  /// "/proc/PID".
  std::string folder() const;

  /// Descriptor → link target. Nothing: not permitted, or gone.
  std::optional<std::map<int, std::string>> fds() const;
  /// Thread id → name.
  std::optional<std::map<pid_t, std::string>> threads() const;
  /// Child processes, zombies too; our own helpers left out. Nothing: the kernel does not tell.
  std::optional<std::map<pid_t, std::string>> children() const;
  /// Socket inode → remote address as "1.2.3.4:80", "[::1]:80" or a path.
  std::map<std::uint64_t, std::string> peers() const;

 private:
  pid_t pid_;
  std::uint64_t start_ticks_;
};

}  // namespace leakhook
