// SPDX-License-Identifier: Apache-2.0
// What happens while somebody watches a service? Dumps come, keys are pressed, the window changes, and
// one of many ends comes.
#pragma once
#include <sys/types.h>

#include <chrono>
#include <string>

#include "../live_service.h"
#include "view.h"

namespace leakhook::top {

class History;

struct SessionOptions {
  pid_t pid = 0;
  std::chrono::milliseconds every{2000};    ///< between the beginnings of two dumps
  std::chrono::milliseconds timeout{30000};  ///< of one dump
  View view;
};

struct SessionEnd {
  int signal = 0;      ///< that ended us; 0: none
  std::string reason;  ///< one line about the service or the terminal; empty: the user had enough
  bool could_not = false;  ///< the reason is that leakhook could not do its work
};

/// Needs a terminal. `history`: has the first dump. The terminal is as before at every return. Takes
/// the signals that end or stop a program; called once.
SessionEnd watch(const LiveService& service, const SessionOptions& options, History history,
                 const std::string& program);

}  // namespace leakhook::top
