// SPDX-License-Identifier: Apache-2.0
// `leakhook report`: what is held, without a judgement?
#include "report_command.h"

#include <unistd.h>

#include <cstdio>
#include <memory>
#include <string>

#include "../report/holdings_text.h"
#include "../report/reports.h"
#include "../verdict/verdict.h"
#include "held_dumps.h"
#include "named_file.h"

namespace leakhook {
namespace {

struct Form {
  const char* option;
  const char* meaning;
  report::Report* make;
};
constexpr Form kForms[] = {
    {"--html", "One self-contained page into this file", report::html_report},
    {"--markdown", "Markdown into this file", report::markdown_report},
    {"--json", "JSON into this file", report::json_report},
};

struct ReportArguments {
  HeldArguments held;
  std::string files[std::size(kForms)];
  std::size_t rows = 20;
};

int run_report(const ReportArguments& arguments) {
  auto dumps = held_dumps(arguments.held);
  if (!dumps) return kExitUnable;
  const verdict::Verdict verdict = verdict::unjudged(std::move(*dumps));
  report::ReportOptions options;
  options.everything = true;
  bool is_in_files = false;
  for (std::size_t i = 0; i < std::size(kForms); ++i) {
    if (arguments.files[i].empty()) continue;
    is_in_files = true;
    if (!write_named_file(arguments.files[i], kForms[i].make(verdict, options))) return kExitUnable;
  }
  if (is_in_files) return 0;
  options.colour = isatty(STDOUT_FILENO) != 0;
  std::fputs(report::holdings_text(verdict, options, arguments.rows).c_str(), stdout);
  return std::fflush(stdout) == 0 ? 0 : kExitUnable;
}

}  // namespace

void add_report_command(CommandLine& line) {
  const auto arguments = std::make_shared<ReportArguments>();
  Subcommand command = line.add("report", "Show what is held, by files or by a living process");
  add_held_arguments(command, &arguments->held);
  for (std::size_t i = 0; i < std::size(kForms); ++i)
    command.add(kForms[i].option, &arguments->files[i], kForms[i].meaning).has_type("FILE");
  command.add("--rows", &arguments->rows, "Stacks of each kind in the text; 0: all")
      .has_type("N")
      .shows_default();
  command.runs([arguments] { return run_report(*arguments); });
}

}  // namespace leakhook
