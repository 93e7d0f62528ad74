// SPDX-License-Identifier: Apache-2.0
// Which findings are one story? What a reader has to mend once stands together.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "../verdict/verdict.h"

namespace leakhook::report {

/// Findings of one process, word and stack as one: sums, and lists of what differs. Every text of
/// it is visible().
struct Part {
  verdict::Holding holding;          ///< of all of them; its thread and mark are those of the first
  std::vector<std::string> threads;  ///< distinct ones
  std::vector<std::string> marks;    ///< distinct ones
  verdict::Decision decision = verdict::Decision::not_judged;
  std::string reason;
  std::string fingerprint;
  bool is_own = true;
  std::int64_t new_count = 0;
  std::int64_t new_bytes = 0;
  double per_iteration = 0;
};

/// The first part is the root; the others hang below it.
struct RootCause {
  std::size_t dump = 0;                                        ///< index into Verdict::dumps
  verdict::Decision decision = verdict::Decision::not_judged;  ///< the gravest of its parts
  std::vector<Part> parts;

  const Part& root() const { return parts.front(); }
  /// Of all that hangs below.
  std::int64_t bytes_below() const;
  std::int64_t count_below() const;
};

/// In the order in which they should be read: by process, what fails first, then by kind and size.
std::vector<RootCause> root_causes(const verdict::Verdict& verdict);

/// A stack with every text visible().
verdict::Stack visible_stack(verdict::Stack stack);

/// How many of them were decided so.
std::size_t count_of(const std::vector<RootCause>& causes, verdict::Decision decision);

}  // namespace leakhook::report
