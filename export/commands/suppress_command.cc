// SPDX-License-Identifier: Apache-2.0
// `leakhook suppress`: which rules would silence this?
#include "suppress_command.h"

#include <cstdio>
#include <memory>
#include <string>

#include "../verdict/policy_parser.h"
#include "../verdict/suppression_list.h"
#include "held_dumps.h"
#include "say.h"

namespace leakhook {
namespace {

struct SuppressArguments {
  HeldArguments held;
  std::string fail_on = "default";
};

int run_suppress(const SuppressArguments& arguments) {
  verdict::Policy policy = verdict::default_policy();
  if (const std::string error = verdict::parse_fail_on(arguments.fail_on, &policy.fail_on);
      !error.empty()) {
    say("--fail-on: " + error);
    return kExitUnable;
  }
  auto dumps = held_dumps(arguments.held);
  if (!dumps) return kExitUnable;
  const verdict::Verdict verdict = verdict::judge(std::move(*dumps), policy);
  std::fputs(verdict::suppression_list(verdict).c_str(), stdout);
  return std::fflush(stdout) == 0 ? 0 : kExitUnable;
}

}  // namespace

void add_suppress_command(CommandLine& line) {
  const auto arguments = std::make_shared<SuppressArguments>();
  Subcommand command =
      line.add("suppress", "Write suppressions for all that `leakhook check` would tell of");
  add_held_arguments(command, &arguments->held);
  command.add("--fail-on", &arguments->fail_on, "As for `leakhook check`: kinds and words")
      .has_type("LIST")
      .shows_default();
  command.runs([arguments] { return run_suppress(*arguments); });
}

}  // namespace leakhook
