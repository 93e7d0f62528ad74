// SPDX-License-Identifier: Apache-2.0
// Which processes of a run kept books, and which of them still run?
#pragma once
#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace leakhook {

/// The head of a segment file that a process of the run keeps or kept.
struct Book {
  pid_t pid = 0;
  std::uint64_t start_ticks = 0;
  std::string program;
  bool is_open = false;    ///< its process still runs
  bool is_ending = false;  ///< it came to its last dump, whether or not that could be made
};

/// Of all segment files in a folder; what is none of this version is left out.
std::vector<Book> books_in(const std::string& folder);

}  // namespace leakhook
