// SPDX-License-Identifier: Apache-2.0
// What is looked at: dumps that lie there, or what a living service holds now?
#include "held_dumps.h"

#include <chrono>
#include <iterator>

#include "../../preload/contract/request.h"
#include "../live_service.h"
#include "../verdict/profile_reader.h"
#include "refusal.h"
#include "say.h"

namespace leakhook {
namespace {

/// 0: the text names a file.
pid_t process_called(const std::string& text) {
  const bool is_number = !text.empty() && text.size() < 10 && text[0] != '0' &&
                         text.find_first_not_of("0123456789") == std::string::npos;
  return is_number ? static_cast<pid_t>(std::stol(text)) : 0;
}

/// False: said on stderr why not.
bool add_process(pid_t pid, const HeldArguments& arguments, std::vector<verdict::Dump>* dumps) {
  const auto timeout =
      std::chrono::milliseconds(static_cast<std::int64_t>(arguments.timeout_s * 1000));
  unsigned labels = kLabelFd | kLabelPath;
  if (arguments.finds_reach) labels |= kLabelReach;
  LiveDump answer = LiveService(pid).dump(static_cast<std::uint8_t>(labels), timeout);
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
  command.add("--timeout", &arguments->timeout_s, "Seconds to wait for a process")
      .shows_default()
      .is_between(0.001, 86400.0);
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
