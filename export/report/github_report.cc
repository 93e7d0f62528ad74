// SPDX-License-Identifier: Apache-2.0
// What does a step of GitHub Actions print to have leaks shown at their lines? Workflow commands;
// GitHub shows ten errors and ten warnings of a step, so the last place tells of the rest.
#include "aside.h"
#include "cause_text.h"
#include "misuse_text.h"
#include "reports.h"
#include "root_causes.h"
#include "source_place.h"
#include "visible.h"

namespace leakhook::report {
namespace {

using verdict::Decision;

constexpr std::size_t kMostShown = 10;

std::string replaced(std::string text, char what, const char* by) {
  for (std::size_t at = 0; (at = text.find(what, at)) != text.npos; at += 3)
    text.replace(at, 1, by);
  return text;
}

std::string escaped(const std::string& text) {
  return replaced(replaced(replaced(text, '%', "%25"), '\r', "%0D"), '\n', "%0A");
}

std::string escaped_property(const std::string& text) {
  return replaced(replaced(escaped(text), ':', "%3A"), ',', "%2C");
}

std::string command(const char* level, const std::string& place, const std::string& title,
                    const std::string& text) {
  return std::string("::") + level + " " + place + "title=" + escaped_property(title) +
         "::" + escaped(text) + "\n";
}

/// "file=src/a.cc,line=3,": only files of the repository can be annotated.
std::string place_text(const verdict::Stack& stack, const ReportOptions& options) {
  const auto place = source_place(stack, options);
  if (!place || !place->is_below_root) return "";
  return "file=" + escaped_property(place->file) + ",line=" + std::to_string(place->line) + ",";
}

std::string annotation(const char* level, const RootCause& cause, const verdict::Dump& dump,
                       const ReportOptions& options) {
  std::string text = "in " + process_text(dump) + ", from " + cause_place(cause, options);
  for (const std::string& line : cause_lines(cause, dump, options, Paint{})) text += "\n" + line;
  return command(level, place_text(cause.root().holding.stack, options),
                 "leakhook: " + cause_headline(cause, dump), text);
}

std::string annotation(const char* level, const ToldMisuse& told, const verdict::Dump& dump,
                       const ReportOptions& options) {
  std::string text =
      "in " + process_text(dump) + ", from " + stack_place(told.misuse.stack, options);
  for (const std::string& line : misuse_lines(told, options, Paint{})) text += "\n" + line;
  return command(level, place_text(told.misuse.stack, options),
                 "leakhook: misuse: " + misuse_headline(told), text);
}

std::string annotations(const char* level, Decision decision, const verdict::Verdict& verdict,
                        const std::vector<RootCause>& causes, const ReportOptions& options) {
  std::vector<std::string> all;
  for (const RootCause& cause : causes)
    if (cause.decision == decision)
      all.push_back(annotation(level, cause, verdict.dumps[cause.dump], options));
  for (const ToldMisuse& told : told_misuses(verdict, decision))
    all.push_back(annotation(level, told, verdict.dumps[told.dump], options));
  const bool is_too_many = all.size() > kMostShown;
  const std::size_t told = is_too_many ? kMostShown - 1 : all.size();
  std::string out;
  for (std::size_t i = 0; i < told; ++i) out += all[i];
  if (is_too_many)
    out += command(level, "", "leakhook: more",
                   number_text(static_cast<std::int64_t>(all.size() - told)) +
                       " more are in the report of the run");
  return out;
}

}  // namespace

std::string github_report(const verdict::Verdict& verdict, const ReportOptions& options) {
  const std::vector<RootCause> causes = root_causes(verdict);
  std::string out;
  if (!verdict.undecided.empty())
    out += command("error", "", "leakhook: undecided", visible(verdict.undecided));
  out += annotations("error", Decision::fails, verdict, causes, options);
  out += annotations("warning", Decision::shown, verdict, causes, options);
  std::string notes;
  for (const Detail& aside : asides(verdict, causes))
    notes += aside.name + ": " + aside.text + "\n";
  return out + command("notice", "", "leakhook: " + title_of(verdict, causes),
                       notes + verdict::summary_line(verdict.totals));
}

}  // namespace leakhook::report
