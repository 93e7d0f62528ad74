// SPDX-License-Identifier: Apache-2.0
// What does a person at a terminal read of what is only looked at?
#include "holdings_text.h"

#include <map>

#include "../verdict/verdict.h"
#include "aside.h"
#include "cause_text.h"
#include "misuse_text.h"
#include "phrases.h"
#include "root_causes.h"
#include "visible.h"

namespace leakhook::report {
namespace {

class HoldingsText {
 public:
  HoldingsText(const verdict::Verdict& verdict, const ReportOptions& options, std::size_t most)
      : verdict_(verdict),
        options_(options),
        most_(most),
        causes_(root_causes(verdict)),
        paint_{options.colour} {}

  std::string text() {
    line("leakhook: " + title_of(verdict_, causes_));
    for (std::size_t i = 0; i < verdict_.dumps.size(); ++i) add_process(i);
    line("");
    for (const Detail& aside : asides(verdict_, causes_))
      line(paint_.strong(aside.name + ":") + " " + aside.text);
    line(verdict::summary_line(verdict_));
    return std::move(out_);
  }

 private:
  void line(const std::string& text) { out_ += text + "\n"; }

  void add_process(std::size_t index) {
    const verdict::Dump& dump = verdict_.dumps[index];
    line("");
    line(paint_.strong(process_text(dump)) +
         (dump.command.empty() ? "" : paint_.faint("  " + visible(dump.command))));
    std::map<Kind, std::size_t> told, left_out;
    for (const RootCause& cause : causes_) {
      if (cause.dump != index) continue;
      const Kind kind = cause.root().holding.kind;
      if (most_ != 0 && told[kind] == most_)
        ++left_out[kind];
      else
        add_cause(cause, dump, ++told[kind]);
    }
    for (const auto& [kind, count] : left_out) {
      line("");
      line("and " + counted(static_cast<std::int64_t>(count), "more stack") + " of " +
           row_of(kind).label + " (--rows)");
    }
    const auto misuses = of_process(told_misuses(verdict_, verdict::Decision::shown), index);
    for (const std::string& text : misuse_section(misuses, options_, paint_)) line(text);
  }

  void add_cause(const RootCause& cause, const verdict::Dump& dump, std::size_t number) {
    line("");
    line("[" + std::string(row_of(cause.root().holding.kind).label) + " " + std::to_string(number) +
         "] " +
         paint_.strong(held_headline(cause.root().holding, dump.sample_bytes > 1) +
                       below_text(cause)));
    for (const std::string& text : cause_lines(cause, dump, options_, paint_)) line("    " + text);
  }

  const verdict::Verdict& verdict_;
  const ReportOptions& options_;
  const std::size_t most_;
  const std::vector<RootCause> causes_;
  const Paint paint_;
  std::string out_;
};

}  // namespace

std::string holdings_text(const verdict::Verdict& verdict, const ReportOptions& options,
                          std::size_t most) {
  return HoldingsText(verdict, options, most).text();
}

}  // namespace leakhook::report
