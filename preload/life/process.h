// SPDX-License-Identifier: Apache-2.0
// Who are we? Facts about this process that do not change while its program runs.
#pragma once
#include <cstdint>

#include "../base/settings.h"

namespace leakhook::life {

struct Process {
  Settings settings;
  bool is_first_of_tree;      ///< our parent does not run under this library
  bool is_under_valgrind;     ///< it ends a program that starts a process like our keeper
  std::uint64_t start_ticks;  ///< /proc/self/stat field 22: 1/100 s since boot; 0: unknown
  std::uint64_t seen_at;      ///< CLOCK_BOOTTIME in ns when we first looked at it
  char executable[512];
  char program[64];     ///< last part of the name that it was started by
  char name[16];        ///< as the kernel calls it
  char directory[512];  ///< where the program started; empty: does not fit, or nobody knows
  char library[512];    ///< path of libleakhook.so, empty when unknown
  char exporter[512];   ///< path of the leakhook command, empty when none was found
};

extern Process process;

/// Fills everything but the settings. Requires: settings are read.
void look_at_process();

/// What changes by fork: pid-bound facts.
void look_again_after_fork();

/// Seconds of life so far × 10^9, counted from the start of the process, not of its program.
std::uint64_t age_of_process();

/// A line on stderr, as VERBOSE allows.
void say(const char* text);

}  // namespace leakhook::life
