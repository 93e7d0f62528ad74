// SPDX-License-Identifier: Apache-2.0
// How is wrong use of a resource told?
#include "misuse_text.h"

#include "../verdict/fingerprint.h"
#include "root_causes.h"
#include "source_place.h"
#include "visible.h"

namespace leakhook::report {
namespace {

ToldMisuse told_of(const verdict::MisuseFinding& finding, const verdict::Misuse& misuse) {
  ToldMisuse told;
  told.dump = finding.dump;
  told.misuse = misuse;
  told.decision = finding.decision;
  told.reason = visible(finding.reason);
  told.fingerprint = visible(finding.fingerprint);
  told.rule = verdict::class_of(misuse);
  told.misuse.thread = visible(misuse.thread);
  for (verdict::Stack* stack : {&told.misuse.stack, &told.misuse.closed, &told.misuse.opened})
    *stack = visible_stack(std::move(*stack));
  return told;
}

}  // namespace

std::vector<ToldMisuse> told_misuses(const verdict::Verdict& verdict, verdict::Decision decision) {
  std::vector<ToldMisuse> out;
  for (const verdict::MisuseFinding& finding : verdict.misuses)
    if (finding.decision == decision)
      out.push_back(told_of(finding, verdict.dumps[finding.dump].misuses[finding.misuse]));
  return out;
}

std::string misuse_headline(const ToldMisuse& told) {
  const verdict::Misuse& misuse = told.misuse;
  std::string out = row_of(misuse.misuse).text;
  if (misuse.kind != Kind::none) out += std::string(" (") + row_of(misuse.kind).label + ")";
  return misuse.count > 1 ? out + ", " + number_text(misuse.count) + " times" : out;
}

std::string misuse_title(const ToldMisuse& told) {
  std::string title = row_of(told.misuse.misuse).text;
  title[0] = static_cast<char>(title[0] - 'a' + 'A');
  return title;
}

std::vector<NamedStack> misuse_stacks(const ToldMisuse& told) {
  std::vector<NamedStack> out{{"where it happened", &told.misuse.stack}};
  if (!told.misuse.closed.empty())
    out.push_back({"where it had been given back before", &told.misuse.closed});
  const bool is_of_owner = told.misuse.misuse == MisuseKind::foreign_close;
  if (!told.misuse.opened.empty())
    out.push_back({is_of_owner ? "where its owner had opened it" : "where it came from",
                   &told.misuse.opened});
  return out;
}

std::vector<std::string> misuse_lines(const ToldMisuse& told, const ReportOptions& options,
                                      Paint paint) {
  std::vector<std::string> lines;
  if (!told.misuse.thread.empty())
    lines.push_back(paint.faint("thread") + "  " + told.misuse.thread);
  if (!told.reason.empty()) lines.push_back(paint.faint("reason") + "  " + told.reason);
  for (const NamedStack& one : misuse_stacks(told)) {
    lines.push_back(one.name + ":");
    for (const std::string& line : stack_lines(from_root(*one.stack, options), 0, options, paint))
      lines.push_back(line);
  }
  return lines;
}

std::vector<ToldMisuse> of_process(std::vector<ToldMisuse> all, std::size_t dump) {
  std::erase_if(all, [&](const ToldMisuse& told) { return told.dump != dump; });
  return all;
}

std::vector<std::string> misuse_section(const std::vector<ToldMisuse>& all,
                                        const ReportOptions& options, Paint paint) {
  if (all.empty()) return {};
  std::vector<std::string> lines{"", "misuse (does not fail):"};
  for (std::size_t i = 0; i < all.size() && i < kMostToldInFull; ++i) {
    lines.push_back("  - " + paint.warning(misuse_headline(all[i])));
    for (const std::string& text : misuse_lines(all[i], options, paint))
      lines.push_back("    " + text);
  }
  if (all.size() > kMostToldInFull)
    lines.push_back("  - " + number_text(static_cast<std::int64_t>(all.size() - kMostToldInFull)) +
                    " more");
  return lines;
}

}  // namespace leakhook::report
