// SPDX-License-Identifier: Apache-2.0
// What is looked at: dumps that lie there, or what a living service holds now?
#include "held_dumps.h"

#include <iterator>

#include "../../preload/contract/request.h"
#include "../live_service.h"
#include "../verdict/profile_reader.h"
#include "arguments.h"
#include "refusal.h"
#include "say.h"

namespace leakhook {
namespace {

/// False: said on stderr why not.
bool add_process(pid_t pid, const HeldArguments& arguments, std::vector<verdict::Dump>* dumps) {
  unsigned labels = kLabelFd | kLabelPath;
  if (arguments.finds_reach) labels |= kLabelReach;
  LiveDump answer =
      LiveService(pid).dump(static_cast<std::uint8_t>(labels), milliseconds(arguments.timeout_s));
  if (!answer.dump) {
    refuse(pid, answer.reason);
    return false;
  }
  dumps->push_back(std::move(*answer.dump));
  return true;
}

}  // namespace

void add_held_arguments(Subcommand command, HeldArguments* arguments) {
  command
      .add("INPUT", &arguments->inputs,
           "A process id, or a profile, the stem of a dump, a segment (.lhk), a folder")
      .is_required()
      .has_type("");
  command.add("--reach", &arguments->finds_reach,
              "Let the process find out first which heap blocks are still reachable");
  add_timeout(command, &arguments->timeout_s, "Seconds to wait for a process");
}

std::optional<std::vector<verdict::Dump>> held_dumps(const HeldArguments& arguments) {
  std::vector<verdict::Dump> dumps;
  std::vector<std::string> files;
  bool is_whole = true;
  for (const std::string& input : arguments.inputs) {
    if (const pid_t pid = process_called(input))
      is_whole = add_process(pid, arguments, &dumps) && is_whole;
    else
      files.push_back(input);
  }
  // Together, so that the profiles of one dump become one.
  verdict::ReadDumps read = verdict::read_dumps(files);
  for (const std::string& error : read.errors) say(error);
  if (!is_whole || !read.errors.empty()) return std::nullopt;
  std::move(read.dumps.begin(), read.dumps.end(), std::back_inserter(dumps));
  return dumps;
}

}  // namespace leakhook
