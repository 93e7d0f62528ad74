// SPDX-License-Identifier: Apache-2.0
// How is wrong use of a resource told? What it was, how often, and its stacks: where it happened,
// where the resource had been given back before, and where it came from.
#pragma once
#include <string>
#include <vector>

#include "../verdict/verdict.h"
#include "cause_text.h"

namespace leakhook::report {

/// A misuse with all of its texts visible().
struct ToldMisuse {
  std::size_t dump = 0;  ///< index into Verdict::dumps
  verdict::Misuse misuse;
  verdict::Decision decision = verdict::Decision::shown;
  std::string reason;
  std::string fingerprint;
  std::string rule;  ///< "misuse/double_close"
};

/// Those of one decision, in the order of the verdict.
std::vector<ToldMisuse> told_misuses(const verdict::Verdict& verdict, verdict::Decision decision);

/// "closed a descriptor that was closed already (socket), 3 times".
std::string misuse_headline(const ToldMisuse& told);
/// "Closed a descriptor that was closed already": the rule that was broken.
std::string misuse_title(const ToldMisuse& told);

/// One stack of a misuse and what it tells of: "where it happened".
struct NamedStack {
  std::string name;
  const verdict::Stack* stack = nullptr;  ///< lives as long as the ToldMisuse
};
/// Those that are known; where it happened is always the first.
std::vector<NamedStack> misuse_stacks(const ToldMisuse& told);

/// All but the headline: thread, reason and stacks.
std::vector<std::string> misuse_lines(const ToldMisuse& told, const ReportOptions& options,
                                      Paint paint);

std::vector<ToldMisuse> of_process(std::vector<ToldMisuse> all, std::size_t dump);

/// What does not fail is told in a text up to this number, of one process.
constexpr std::size_t kMostToldInFull = 12;

/// "misuse (does not fail):" and what there is, in full up to so many; nothing when there is none.
std::vector<std::string> misuse_section(const std::vector<ToldMisuse>& all,
                                        const ReportOptions& options, Paint paint);

}  // namespace leakhook::report
