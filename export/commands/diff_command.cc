// SPDX-License-Identifier: Apache-2.0
// `leakhook diff`: what is held now that was not held before?
#include "diff_command.h"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "../report/diff_text.h"
#include "../verdict/dump_diff.h"
#include "../verdict/profile_reader.h"
#include "say.h"

namespace leakhook {
namespace {

struct DiffArguments {
  std::string before;
  std::string after;
  std::vector<std::string> fail_on;
  std::int64_t loop = 0;
  std::size_t rows = 20;
};

/// False: said on stderr why not.
bool read(const std::string& path, std::vector<verdict::Dump>* dumps) {
  verdict::ReadDumps found = verdict::read_dumps({path});
  for (const std::string& error : found.errors) say(error);
  *dumps = std::move(found.dumps);
  return found.errors.empty();
}

int run_diff(const DiffArguments& arguments) {
  std::vector<verdict::Dump> before, after;
  const bool is_read = read(arguments.before, &before);
  if (!read(arguments.after, &after) || !is_read) return kExitUnable;
  report::DiffTextOptions options;
  options.most = arguments.rows;
  options.loop = arguments.loop;
  for (const std::string& word : arguments.fail_on)
    options.fail_on.push_back(*verdict::change_rule(word));
  const verdict::DumpDiff diff = verdict::difference(before, after);
  std::fputs(report::diff_text(diff, before, after, options).c_str(), stdout);
  if (std::fflush(stdout) != 0) return kExitUnable;
  const bool fails =
      std::any_of(diff.stacks.begin(), diff.stacks.end(), [&](const verdict::StackChange& change) {
        return verdict::matches(change, options.fail_on, options.loop);
      });
  return fails ? kExitLeaks : 0;
}

}  // namespace

void add_diff_command(CommandLine& line) {
  const auto arguments = std::make_shared<DiffArguments>();
  Subcommand command = line.add("diff", "Compare what was held at two moments");
  const char* const kInput = "A profile, the stem of a dump, a segment (.lhk) or a folder";
  command.add("BEFORE", &arguments->before, kInput).is_required().has_type("");
  command.add("AFTER", &arguments->after, "The same, later").is_required().has_type("");
  command
      .add("--fail-on", &arguments->fail_on,
           "Exit with 23 when a stack is so, a comma list: grown (new ones too), new, shrunk, "
           "gone; of one kind or profile: grown:fd")
      .takes_list()
      .has_type("LIST")
      .is_checked([](const std::string& word) {
        return verdict::change_rule(word) ? std::string()
                                          : "\"" + word +
                                                "\": expected new, grown, shrunk or gone, "
                                                "and at most a kind or profile behind a colon";
      });
  command
      .add("--loop", &arguments->loop,
           "Iterations of the program's work between the two: what grew less than once in "
           "each does not fail")
      .has_type("N")
      .is_between(std::int64_t{1}, INT64_MAX);
  command.add("--rows", &arguments->rows, "Changed stacks of each kind that are shown; 0: all")
      .has_type("N")
      .shows_default();
  command.runs([arguments] { return run_diff(*arguments); });
}

}  // namespace leakhook
