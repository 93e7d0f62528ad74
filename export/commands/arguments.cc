// SPDX-License-Identifier: Apache-2.0
// Which arguments do several commands take?
#include "arguments.h"

#include "../../preload/contract/request.h"

namespace leakhook {

void add_pid(CLI::App* command, pid_t* pid) {
  command->add_option("PID", *pid, "The service")
      ->required()
      ->type_name("")
      ->check([](const std::string& text) {
        const bool is_number = !text.empty() && text.size() < 10 && text[0] != '0' &&
                               text.find_first_not_of("0123456789") == std::string::npos;
        return is_number ? std::string() : "\"" + text + "\" is no process id";
      });
}

void add_labels(CLI::App* command, std::vector<std::string>* labels) {
  command->add_option("--labels", *labels, "Labels beyond the usual ones, a comma list: fd, path")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("LIST")
      ->check([](const std::string& word) {
        return word == "fd" || word == "path" ? std::string() : "no such label: " + word;
      });
}

std::uint8_t set_of(const std::vector<std::string>& labels) {
  unsigned set = 0;
  for (const std::string& label : labels) set |= label == "fd" ? kLabelFd : kLabelPath;
  return static_cast<std::uint8_t>(set);
}

}  // namespace leakhook
