// SPDX-License-Identifier: Apache-2.0
// May we ask this process for something? A dump signal ends a process that does not expect it, so
// everything is checked before anything is sent.
#pragma once
#include <sys/types.h>

#include <cstdint>
#include <string>

#include "../preload/contract/request.h"

namespace leakhook {

class Target {
 public:
  explicit Target(pid_t pid) : pid_(pid) {}
  Target(const Target&) = delete;
  Target& operator=(const Target&) = delete;
  ~Target();

  /// Empty when the library is loaded and listens; else one line why not.
  std::string reason_against();

  /// Requires: reason_against() was empty. Queued, never merged with another. Empty or one line.
  std::string send(const Request& request);

  pid_t pid() const { return pid_; }
  /// A request that found another program did it no harm: it may be sent once more.
  bool is_harmless() const { return signal_ == harmless_; }
  /// Readable when the process has ended; -1 where the kernel has no such thing.
  int ended_fd() const { return pid_fd_; }
  uid_t owner() const { return owner_; }

 private:
  void await_taken() const;
  std::string reason_not_loaded() const;
  std::string reason_not_listening();

  pid_t pid_;
  int pid_fd_ = -1;
  int signal_ = 0;    ///< by which requests are sent
  int harmless_ = 0;  ///< one that is ignored by default; 0: it takes none
  uid_t owner_ = 0;
};

/// The numbers that a page named kHandshake in /proc/PID/maps carries; 0: there is none.
struct Handshake {
  int dump_signal = 0;
  int harmless_signal = 0;
};
Handshake handshake_in(const std::string& maps);

/// The mapped files of /proc/PID/maps name our library.
bool names_our_library(const std::string& maps);

}  // namespace leakhook
