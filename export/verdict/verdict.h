// SPDX-License-Identifier: Apache-2.0
// What was decided about each holding, and what follows for the exit code.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "holding.h"
#include "policy.h"

namespace leakhook::verdict {

enum class Decision : std::uint8_t {
  fails,        ///< a leak that the policy fails for
  shown,        ///< worth a line in a report (possible, third party's), does not fail
  suppressed,   ///< by a rule
  in_baseline,  ///< known and not grown
  allowed,      ///< within a threshold
  not_judged,   ///< reachable, inherited, standard descriptor, a kind nobody asked for
};
const char* text_of(Decision decision);

/// One holding and its fate. Findings of one root cause stand together: the definite one first.
struct Finding {
  std::size_t dump = 0;     ///< index into Verdict::dumps
  std::size_t holding = 0;  ///< index into its holdings
  Decision decision = Decision::not_judged;
  std::string
      reason;  ///< "leak:foo (FILE:3)", "third party: libz.so.1", "allowed: fd<=2"; may be empty
  bool is_own = true;  ///< by --own; true when not asked
  /// Against the baseline: what is new of it. Equal to the holding's when there is no baseline.
  std::int64_t new_count = 0;
  std::int64_t new_bytes = 0;
  /// With --loop N: grows by so many in each iteration (count / N when at least 1), else one-time.
  double per_iteration = 0;
  /// 16 hex digits, the same for the same leak in every run; see fingerprint.h.
  std::string fingerprint;
};

/// One misuse and its fate. No leak: it stands apart from the findings, and in no total.
struct MisuseFinding {
  std::size_t dump = 0;                 ///< index into Verdict::dumps
  std::size_t misuse = 0;               ///< index into its misuses
  Decision decision = Decision::shown;  ///< fails, shown or suppressed
  std::string reason;                   ///< "misuse:foo (FILE:3)"; may be empty
  std::string fingerprint;              ///< of what it is and where it happened
};

/// What a suppression did.
struct SuppressionUse {
  std::size_t suppression = 0;  ///< index into Policy::suppressions
  std::int64_t count = 0;
  std::int64_t bytes = 0;
};

/// The numbers of the SUMMARY line: of what fails.
struct Totals {
  std::int64_t heap_bytes = 0;
  std::int64_t heap_blocks = 0;
  std::int64_t fds = 0;
  std::int64_t threads = 0;
  std::int64_t timers = 0;
  std::int64_t others = 0;  ///< mappings, processes, libraries, semaphores
};

struct Verdict {
  std::vector<Dump> dumps;  ///< one for each process
  std::vector<Finding> findings;
  std::vector<MisuseFinding> misuses;  ///< by dump, what fails first
  std::vector<SuppressionUse> uses;    ///< one for each suppression of the policy, in its order
  std::vector<BaselineEntry> gone;     ///< entries of the baseline that nothing matches any more
  std::vector<std::string> remarks;    ///< for people: reachability unknown, losses, unread files
  Totals totals;
  bool is_judged = true;   ///< false: all is only shown, and totals tell what is held
  bool has_leaks = false;  ///< something fails: a leak, or a misuse that the policy fails for
  /// The policy asks for words that nobody could find out (exit 24): reason, else empty.
  std::string undecided;
};

/// Never throws but for memory.
Verdict judge(std::vector<Dump> dumps, const Policy& policy);

/// Shows everything and judges nothing. Never throws but for memory.
Verdict unjudged(std::vector<Dump> dumps);

/// "SUMMARY: leakhook: 150 byte(s) leaked in 2 allocation(s), 1 fd(s), 0 thread(s), 0 timer(s)"
std::string summary_line(const Totals& totals);
/// The same; of what was not judged with "held" for "leaked".
std::string summary_line(const Verdict& verdict);

}  // namespace leakhook::verdict
