// SPDX-License-Identifier: Apache-2.0
// `leakhook dump`: asks a living service for its profiles.
#include "dump_command.h"

#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "../../preload/contract/request.h"
#include "../dump_request.h"
#include "../report/visible.h"
#include "arguments.h"
#include "refusal.h"

namespace leakhook {
namespace {

struct DumpArguments {
  pid_t pid = 0;
  std::vector<std::string> labels;
  bool wants_reach = false;
  double timeout_s = 30;

  /// LabelSet
  std::uint8_t wanted() const {
    return static_cast<std::uint8_t>(set_of(labels) | (wants_reach ? unsigned{kLabelReach} : 0u));
  }
};

/// Prints the names of the profiles on stdout. The exit status.
int run_dump(pid_t pid, std::uint8_t labels, std::chrono::milliseconds timeout) {
  const DumpAnswer answer = ask_for_dump(pid, labels, Wanted::names, timeout);
  if (!answer.reason.empty()) return refuse(pid, answer.reason);
  // A service may say what it likes: programs get it as it is, a terminal what cannot command it.
  const bool is_terminal = isatty(STDOUT_FILENO) != 0;
  std::istringstream lines(answer.text);
  for (std::string line; std::getline(lines, line);)
    std::printf("%s\n", (is_terminal ? report::visible(line) : line).c_str());
  return std::fflush(stdout) == 0 ? 0 : kExitUnable;
}

}  // namespace

void add_dump_command(CommandLine& line) {
  const auto options = std::make_shared<DumpArguments>();
  Subcommand command = line.add("dump", "Ask a service for a dump, print the files' names");
  add_pid(command, &options->pid);
  add_labels(command, &options->labels);
  command.add("--reach", &options->wants_reach,
              "Find out first which heap blocks are still reachable: labels reach and leak");
  add_timeout(command, &options->timeout_s, "Seconds to wait");
  command.runs([options] {
    return run_dump(options->pid, options->wanted(), milliseconds(options->timeout_s));
  });
}

}  // namespace leakhook
