// SPDX-License-Identifier: Apache-2.0
// What does one read in a step summary or below a change? A table of leaks, and each stack folded
// away. Names stand in code spans, fences and <summary>, where Markdown changes nothing.
#include <algorithm>

#include "aside.h"
#include "cause_text.h"
#include "markup.h"
#include "misuse_text.h"
#include "reports.h"
#include "root_causes.h"
#include "visible.h"

namespace leakhook::report {
namespace {

using verdict::Decision;

/// A step summary may have 1 MiB, a comment 64 KiB.
constexpr std::size_t kMostRows = 50;
constexpr std::size_t kMostStacks = 20;

/// The longest run of backticks: a fence must be longer.
std::size_t longest_run(const std::string& text) {
  std::size_t longest = 0, run = 0;
  for (const char sign : text) {
    run = sign == '`' ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  return longest;
}

/// Text as a code span. In a table a bar would end the cell even there.
std::string code(const std::string& text) {
  std::string inside;
  for (const char sign : text) inside += sign == '|' ? "\\|" : std::string(1, sign);
  const std::string ticks(longest_run(text) + 1, '`');
  const std::string gap = ticks.size() > 1 ? " " : "";
  return text.empty() ? "" : ticks + gap + inside + gap + ticks;
}

std::string fenced(const std::string& text) {
  const std::string fence(std::max<std::size_t>(longest_run(text) + 1, 3), '`');
  return fence + "text\n" + text + fence + "\n";
}

class MarkdownReport {
 public:
  MarkdownReport(const verdict::Verdict& verdict, const ReportOptions& options)
      : verdict_(verdict), options_(options), causes_(root_causes(verdict)) {}

  std::string text() {
    constexpr const char* kSigns[] = {"✅ ", "❌ ", "⚠️ ", ""};  // as State
    out_ = std::string("### ") + kSigns[static_cast<int>(state_of(verdict_))] +
           "leakhook: " + plain_title() + "\n\n";
    if (!verdict_.undecided.empty())
      out_ += "Undecided: " + code(visible(verdict_.undecided)) + "\n\n";
    add_table(Decision::fails, "Leak");
    add_stacks();
    add_table(Decision::shown, verdict_.is_judged ? "Seen, does not fail" : "Held");
    add_misuses(Decision::fails, "Misuse");
    add_misuses(Decision::shown, "Misuse, does not fail");
    for (const Detail& aside : asides(verdict_, causes_))
      out_ += "- " + aside.name + ": " + code(aside.text) + "\n";
    return out_ + "\n" + fenced(verdict::summary_line(verdict_) + "\n");
  }

 private:
  std::string plain_title() const {
    switch (state_of(verdict_)) {
      case State::held: return "what is held in " + processes();
      case State::leaks: return failures_text(verdict_, causes_) + " in " + processes();
      case State::undecided: return "undecided";
      case State::clean: break;
    }
    return "no leaks in " + processes();
  }

  std::string processes() const {
    return verdict_.dumps.size() == 1
               ? code(process_text(verdict_.dumps[0]))
               : number_text(static_cast<std::int64_t>(verdict_.dumps.size())) + " processes";
  }

  std::vector<const RootCause*> told(Decision decision, std::size_t most) const {
    std::vector<const RootCause*> out;
    for (const RootCause& cause : causes_)
      if (cause.decision == decision && out.size() < most) out.push_back(&cause);
    return out;
  }

  void add_table(Decision decision, const char* title) {
    const auto causes = told(decision, kMostRows);
    if (causes.empty()) return;
    const bool names_processes = verdict_.dumps.size() > 1;
    out_ += std::string("| ") + title + " | Where | Thread |" +
            (names_processes ? " Process |" : "") + "\n|---|---|---|" +
            (names_processes ? "---|" : "") + "\n";
    for (const RootCause* cause : causes) {
      const verdict::Dump& dump = verdict_.dumps[cause->dump];
      out_ += "| " + cause_headline(*cause, dump) + " | " + code(cause_place(*cause, options_)) +
              " | " + code(listed(cause->root().threads, 3)) + " |" +
              (names_processes ? " " + code(process_text(dump)) + " |" : "") + "\n";
    }
    const std::size_t all = count_of(causes_, decision);
    if (all > causes.size())
      out_ += "\n" + number_text(static_cast<std::int64_t>(all - causes.size())) + " more.\n";
    out_ += "\n";
  }

  void add_stacks() {
    for (const RootCause* cause : told(Decision::fails, kMostStacks)) {
      const verdict::Dump& dump = verdict_.dumps[cause->dump];
      std::string lines;
      for (const std::string& line : cause_lines(*cause, dump, options_, Paint{}))
        lines += line + "\n";
      out_ += "<details><summary>" + markup_text(cause_headline(*cause, dump)) + ": <code>" +
              markup_text(cause_place(*cause, options_)) + "</code></summary>\n\n" + fenced(lines) +
              "\n</details>\n\n";
    }
  }

  void add_misuses(Decision decision, const char* title) {
    const std::vector<ToldMisuse> all = told_misuses(verdict_, decision);
    if (all.empty()) return;
    out_ += "**" + std::string(title) + "**\n\n";
    for (std::size_t i = 0; i < all.size() && i < kMostStacks; ++i) {
      std::string lines = "in " + process_text(verdict_.dumps[all[i].dump]) + "\n";
      for (const std::string& line : misuse_lines(all[i], options_, Paint{})) lines += line + "\n";
      out_ += "<details><summary>" + markup_text(misuse_headline(all[i])) + ": <code>" +
              markup_text(stack_place(all[i].misuse.stack, options_)) + "</code></summary>\n\n" +
              fenced(lines) + "\n</details>\n\n";
    }
    if (all.size() > kMostStacks)
      out_ += number_text(static_cast<std::int64_t>(all.size() - kMostStacks)) + " more.\n\n";
  }

  const verdict::Verdict& verdict_;
  const ReportOptions& options_;
  const std::vector<RootCause> causes_;
  std::string out_;
};

}  // namespace

std::string markdown_report(const verdict::Verdict& verdict, const ReportOptions& options) {
  return MarkdownReport(verdict, options).text();
}

}  // namespace leakhook::report
