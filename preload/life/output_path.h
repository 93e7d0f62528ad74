// SPDX-License-Identifier: Apache-2.0
// Where does a dump go? OUTPUT with its % sequences replaced.
#pragma once
#include <cstdint>

#include "../base/line.h"

namespace leakhook::life {

using Path = Text<1024>;

/// What the sequences stand for.
struct DumpName {
  const char* program;   ///< %e
  std::uint32_t pid;     ///< %p
  std::uint32_t number;  ///< %n: four digits or more
  std::uint64_t time;    ///< %t: seconds since 1970, written as UTC 20260131T235959Z
  const char* host;      ///< %h
};

/// `pattern` made absolute with `directory`. An unknown sequence is kept as it stands; %% is %.
/// Async-signal-safe.
Path expand_output(const char* pattern, const char* directory, const DumpName& name);

}  // namespace leakhook::life
