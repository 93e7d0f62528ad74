// SPDX-License-Identifier: Apache-2.0
// `leakhook on` and `leakhook off`: does a service record?
#include "switch_command.h"

#include <memory>
#include <string>

#include "../target.h"
#include "arguments.h"
#include "refusal.h"

namespace leakhook {
namespace {

int run_switch(pid_t pid, Command command) {
  Target target(pid);
  std::string reason = target.reason_against();
  if (reason.empty()) reason = target.send({command});
  return reason.empty() ? 0 : refuse(pid, reason);
}

void add_switch(CommandLine& line, Command request, const char* name, const char* text) {
  const auto pid = std::make_shared<pid_t>(0);
  Subcommand command = line.add(name, text);
  add_pid(command, pid.get());
  command.runs([pid, request] { return run_switch(*pid, request); });
}

}  // namespace

void add_on_command(CommandLine& line) {
  add_switch(line, Command::on, "on", "Begin recording in a service that was started dormant");
}

void add_off_command(CommandLine& line) {
  add_switch(line, Command::off, "off", "End recording; what is recorded stays");
}

}  // namespace leakhook
