// SPDX-License-Identifier: Apache-2.0
// Which arguments do several commands take?
#include "arguments.h"

#include "../../preload/contract/request.h"

namespace leakhook {

pid_t process_called(const std::string& text) {
  const bool is_number = !text.empty() && text.size() < 10 && text[0] != '0' &&
                         text.find_first_not_of("0123456789") == std::string::npos;
  return is_number ? static_cast<pid_t>(std::stol(text)) : 0;
}

std::chrono::milliseconds milliseconds(double seconds) {
  return std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000));
}

void add_pid(Subcommand command, pid_t* pid) {
  command.add("PID", pid, "The service")
      .is_required()
      .has_type("")
      .is_checked([](const std::string& text) {
        return process_called(text) ? std::string() : "\"" + text + "\" is no process id";
      });
}

void add_timeout(Subcommand command, double* seconds, const char* text) {
  command.add("--timeout", seconds, text).shows_default().is_between(0.001, 86400.0);
}

void add_labels(Subcommand command, std::vector<std::string>* labels) {
  command.add("--labels", labels, "Labels beyond the usual ones, a comma list: fd, path")
      .takes_list()
      .has_type("LIST")
      .is_checked([](const std::string& word) {
        return word == "fd" || word == "path" ? std::string() : "no such label: " + word;
      });
}

std::uint8_t set_of(const std::vector<std::string>& labels) {
  unsigned set = 0;
  for (const std::string& label : labels) set |= label == "fd" ? kLabelFd : kLabelPath;
  return static_cast<std::uint8_t>(set);
}

}  // namespace leakhook
