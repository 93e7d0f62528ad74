// SPDX-License-Identifier: Apache-2.0
// What does a person at a terminal read? Each leak once, with what hangs below it and the line to
// look at first; what was left out in a line each; the sum last.
#include "aside.h"
#include "cause_text.h"
#include "misuse_text.h"
#include "reports.h"
#include "root_causes.h"
#include "visible.h"

namespace leakhook::report {
namespace {

using verdict::Decision;

class TextReport {
 public:
  TextReport(const verdict::Verdict& verdict, const ReportOptions& options)
      : verdict_(verdict),
        options_(options),
        causes_(root_causes(verdict)),
        paint_{options.colour} {}

  std::string text() {
    const std::string title = "leakhook: " + title_of(verdict_, causes_);
    const State state = state_of(verdict_);
    line(state == State::clean   ? paint_.good(title)
         : state == State::leaks ? paint_.bad(title)
                                 : paint_.warning(title));
    for (std::size_t i = 0; i < verdict_.dumps.size(); ++i) add_process(i);
    add_asides();
    line(verdict::summary_line(verdict_.totals));
    return std::move(out_);
  }

 private:
  void line(const std::string& text) { out_ += text + "\n"; }

  bool is_told_in_full(const RootCause& cause) const {
    return cause.decision == Decision::fails || options_.everything;
  }

  /// A process is named when there are several, and whenever something is told of it.
  void add_process(std::size_t index) {
    const verdict::Dump& dump = verdict_.dumps[index];
    std::vector<const RootCause*> in_full, in_one_line;
    for (const RootCause& cause : causes_) {
      if (cause.dump != index) continue;
      if (is_told_in_full(cause))
        in_full.push_back(&cause);
      else if (cause.decision == Decision::shown)
        in_one_line.push_back(&cause);
    }
    const auto failing = of_process(told_misuses(verdict_, Decision::fails), index);
    const auto seen = of_process(told_misuses(verdict_, Decision::shown), index);
    const bool is_quiet = in_full.empty() && in_one_line.empty() && failing.empty() && seen.empty();
    if (is_quiet && verdict_.dumps.size() < 2) return;
    line("");
    line(paint_.strong(process_text(dump)) + (is_quiet ? ": no leaks" : "") +
         (dump.command.empty() ? "" : paint_.faint("  " + visible(dump.command))));
    for (const RootCause* cause : in_full) add_cause(*cause, dump);
    for (const ToldMisuse& told : failing) {
      line("");
      line("[" + std::to_string(++told_) + "] " + paint_.bad(misuse_headline(told)));
      for (const std::string& text : misuse_lines(told, options_, paint_)) line("    " + text);
    }
    add_seen(in_one_line, dump);
    for (const std::string& text : misuse_section(seen, options_, paint_)) line(text);
  }

  void add_seen(const std::vector<const RootCause*>& in_one_line, const verdict::Dump& dump) {
    if (in_one_line.empty()) return;
    line("");
    line("seen, does not fail:");
    for (std::size_t i = 0; i < in_one_line.size() && i < kMostToldInFull; ++i)
      add_one_line(*in_one_line[i], dump);
    if (in_one_line.size() > kMostToldInFull)
      line("  - " + number_text(static_cast<std::int64_t>(in_one_line.size() - kMostToldInFull)) +
           " more");
  }

  void add_cause(const RootCause& cause, const verdict::Dump& dump) {
    const std::string head = cause_headline(cause, dump);
    const bool fails = cause.decision == Decision::fails;
    line("");
    line("[" + std::to_string(++told_) + "] " + (fails ? paint_.bad(head) : paint_.warning(head)) +
         (fails ? "" : std::string(" [") + verdict::text_of(cause.decision) + "]"));
    for (const std::string& text : cause_lines(cause, dump, options_, paint_)) line("    " + text);
  }

  void add_one_line(const RootCause& cause, const verdict::Dump& dump) {
    const std::string& reason = cause.root().reason;
    line("  - " + paint_.warning(cause_headline(cause, dump)) + ": " +
         cause_place(cause, options_) + (reason.empty() ? "" : " [" + reason + "]"));
  }

  void add_asides() {
    line("");
    if (verdict_.has_leaks && !verdict_.undecided.empty())
      line(paint_.warning("undecided:") + " " + visible(verdict_.undecided));
    for (const Detail& aside : asides(verdict_, causes_))
      line(paint_.strong(aside.name + ":") + " " + aside.text);
  }

  const verdict::Verdict& verdict_;
  const ReportOptions& options_;
  const std::vector<RootCause> causes_;
  const Paint paint_;
  std::string out_;
  int told_ = 0;
};

}  // namespace

std::string text_report(const verdict::Verdict& verdict, const ReportOptions& options) {
  return TextReport(verdict, options).text();
}

}  // namespace leakhook::report
