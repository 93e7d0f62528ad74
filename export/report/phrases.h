// SPDX-License-Identifier: Apache-2.0
// In which words are findings told? Every report uses these, so that they say the same.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "../verdict/holding.h"

namespace leakhook::report {

struct Part;
struct RootCause;

/// "96 bytes", "48.0 KiB".
std::string bytes_text(std::int64_t bytes);
/// "1,234".
std::string number_text(std::int64_t number);
/// "1 leak", "3 leaks".
std::string counted(std::int64_t count, const std::string& one);
/// "45 s", "12 min", "5 h", "3 d".
std::string age_text(std::int64_t seconds);
/// "a, b, c and 12 more".
std::string listed(const std::vector<std::string>& texts, std::size_t most = 8);

/// "48.0 KiB in 512 blocks definitely lost", "3 sockets not closed"; with "about " before it where
/// blocks are sampled.
std::string headline(const verdict::Holding& holding, bool is_estimate);
/// The same of what is only looked at: "48.0 KiB in 512 blocks in use", "3 sockets open".
std::string held_headline(const verdict::Holding& holding, bool is_estimate);
/// ", and 12.0 KiB in 64 blocks below"; empty when nothing hangs below.
std::string below_text(const RootCause& cause);
/// "function file:line (module)"; the parts that are known.
std::string frame_text(const verdict::Frame& frame);
/// "service (pid 12)".
std::string process_text(const verdict::Dump& dump);
/// "heap/definite", "socket": the rule that a finding broke; what policies and baselines call it.
std::string rule_of(const verdict::Holding& holding);
/// "Heap blocks definitely lost", "Sockets not closed".
std::string rule_title(const verdict::Holding& holding);
/// What breaking the rule means, and how to mend it.
std::string rule_meaning(const verdict::Holding& holding);

/// One thing that is known beside the stack.
struct Detail {
  std::string name;  ///< "thread"
  std::string text;  ///< "worker-1"
};
/// `loop`: iterations of the program's main work, 0 when not asked.
std::vector<Detail> details(const Part& part, std::int64_t loop);

}  // namespace leakhook::report
