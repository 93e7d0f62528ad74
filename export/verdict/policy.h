// SPDX-License-Identifier: Apache-2.0
// What does the user want to fail for? Options of `leakhook run` and `leakhook check`, parsed.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "holding.h"

namespace leakhook::verdict {

/// One entry of --fail-on: a kind ("socket"), a profile ("fd": every kind of descriptor) or a word
/// ("possible"); "heap" alone means its lost words, definite and indirect.
struct FailOn {
  std::vector<Kind> kinds;       ///< not heap
  std::vector<Word> words;       ///< of heap blocks
  bool misuse = false;           ///< "misuse": double close and the like fail too
  bool running_threads = false;  ///< threads that run fail as well as ended ones nobody joined
  /// A word was asked for by name: exit 24 where nobody could find it out.
  bool needs_reach = false;
};

/// --allow 'fd<=2', 'heap.bytes<=1KiB', 'socket<=1': so many in one process may stay. Judged after
/// suppressions and baseline, over all holdings that would fail and that it speaks of.
struct Allowance {
  std::string text;         ///< as given
  std::vector<Kind> kinds;  ///< not heap
  std::vector<Word> words;  ///< of heap blocks
  bool counts_bytes = false;
  std::int64_t most = 0;
};

/// One line of a suppression file.
struct Suppression {
  std::string type;  ///< "leak" (every heap word), or a kind or profile: "fd", "socket", "thread" …
  std::string pattern;  ///< LeakSanitizer's language: substring, *, ^, $
  std::string source;   ///< "FILE:LINE", or "__lsan_default_suppressions of PROGRAM"
  std::string text;     ///< the line as written
};

/// One entry of a baseline: this stack may hold so much in each process.
struct BaselineEntry {
  std::string kind;                ///< see class_of(): "socket", "heap/lost", "heap/possible"
  std::vector<std::string> stack;  ///< normalised function names, innermost first
  std::int64_t count = 0;
  std::int64_t bytes = 0;
};

struct Policy {
  FailOn fail_on;
  std::vector<Allowance> allowances;
  std::vector<Suppression> suppressions;
  std::optional<std::vector<BaselineEntry>> baseline;
  std::vector<std::string> own;  ///< --own patterns of source files or modules; empty: all is ours
  bool fail_on_own_only =
      false;  ///< --fail-own: what third parties leak is shown and does not fail
  std::int64_t stack_min_bytes = 0;  ///< --min-bytes: a stack that holds less does not fail
  std::int64_t loop = 0;  ///< --loop N: iterations of the program's main work; 0: not asked
  std::string mark;       ///< only what carries this mark; empty: everything
};

}  // namespace leakhook::verdict
