// SPDX-License-Identifier: Apache-2.0
// `leakhook top`: what grows in a living service?
#include "top_command.h"

#include <cstdio>
#include <memory>
#include <string>

#include "../top/history.h"
#include "../top/session.h"
#include "../top/table.h"
#include "arguments.h"
#include "refusal.h"

namespace leakhook {
namespace {

struct TopArguments {
  top::SessionOptions session;
  double every_s = 2;
  double timeout_s = 30;
  std::string order = top::text_of(top::Order::growth);
  std::string kind;
  std::size_t rows = 20;
  bool is_once = false;
};

int run_top(TopArguments& arguments) {
  top::SessionOptions& options = arguments.session;
  options.every = milliseconds(arguments.every_s);
  options.timeout = milliseconds(arguments.timeout_s);
  options.view.order = *top::order_of(arguments.order);
  for (const KindRow& row : kKindRows)
    if (arguments.kind == row.label) options.view.kind = row.kind;

  const LiveService service(options.pid);
  // Before the terminal is touched: most reasons against it show here.
  LiveDump first = service.dump(0, options.timeout);
  if (!first.dump) return refuse(options.pid, first.reason);
  const std::string program = first.dump->program;
  top::History history;
  history.add(*first.dump);
  if (arguments.is_once || !top::has_terminal()) {
    const std::string head = program + "[" + std::to_string(options.pid) + "] holds";
    // Growth needs two looks.
    if (options.view.order != top::Order::count) options.view.order = top::Order::size;
    std::fputs(plain_table(history, options.view, head, arguments.rows).c_str(), stdout);
    return std::fflush(stdout) == 0 ? 0 : kExitUnable;
  }
  const top::SessionEnd end = top::watch(service, options, std::move(history), program);
  if (end.signal != 0) return 128 + end.signal;
  if (end.reason.empty()) return 0;
  refuse(options.pid, end.reason);
  return end.could_not ? kExitUnable : 0;
}

}  // namespace

void add_top_command(CommandLine& line) {
  const auto arguments = std::make_shared<TopArguments>();
  Subcommand command = line.add("top", "Watch what grows in a living service");
  add_pid(command, &arguments->session.pid);
  command.add("--every", &arguments->every_s, "Seconds between two looks")
      .shows_default()
      .is_between(0.1, 86400.0);
  add_timeout(command, &arguments->timeout_s, "Seconds to wait for an answer");
  command.add("--sort", &arguments->order, "growth, bytes, recent, size or count; h explains")
      .shows_default()
      .is_checked([](const std::string& word) {
        return top::order_of(word) ? std::string() : "no such order: " + word;
      });
  command.add("--kind", &arguments->kind, "Stacks of this kind only")
      .is_checked([](const std::string& word) {
        for (const KindRow& row : kKindRows)
          if (word == row.label) return std::string();
        return "no such kind: " + word;
      });
  command.add("--once", &arguments->is_once,
              "One table, and end; so it is, too, where there is no terminal");
  command.add("--rows", &arguments->rows, "Stacks in that table; 0: all").shows_default();
  command.runs([arguments] { return run_top(*arguments); });
}

}  // namespace leakhook
