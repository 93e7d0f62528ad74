// SPDX-License-Identifier: Apache-2.0
// `leakhook check`: judges profiles and segments that lie there already.
#include "check_command.h"

#include <memory>
#include <string>
#include <vector>

#include "../verdict/profile_reader.h"
#include "conclusion.h"
#include "policy_options.h"
#include "say.h"

namespace leakhook {
namespace {

int refuse_check(const std::string& reason) {
  say(reason);
  return kExitUnable;
}

/// What cannot be read is no proof of anything: nothing is judged then.
int run_check(const std::vector<std::string>& files, PolicyOptions* options) {
  const std::string reason = prepare(options);
  if (!reason.empty()) return refuse_check(reason);
  verdict::ReadDumps read = verdict::read_dumps(files);
  if (!read.errors.empty()) return refuse_check(read.errors.front());
  Evidence evidence;
  evidence.dumps = std::move(read.dumps);
  return conclude(std::move(evidence), *options);
}

}  // namespace

void add_check_command(CommandLine& line) {
  Subcommand command = line.add("check", "Judge profiles or segments that lie there");
  const auto files = std::make_shared<std::vector<std::string>>();
  command
      .add("FILE", files.get(),
           "Profiles (.pb.gz), their stems, segments (.lhk), or folders of them")
      .is_required()
      .takes_one();
  const auto options = add_policy_options(command);
  command.runs([files, options] { return run_check(*files, options.get()); });
}

}  // namespace leakhook
