// SPDX-License-Identifier: Apache-2.0
// Which options tell what to fail for, and how to tell of it?
#include "policy_options.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "../verdict/baseline.h"
#include "../verdict/policy_parser.h"
#include "../verdict/suppressions.h"

namespace leakhook {
namespace {

namespace fs = std::filesystem;

/// An option whose text `parse(text, target)` understands, or says what was expected.
template <class Target>
void add_parsed(Subcommand command, const char* name, const char* type, const char* text,
                std::string (*parse)(std::string_view, Target*), Target* target) {
  command
      .add(
          name, [parse, target](const std::string& value) { return parse(value, target); }, text)
      .has_type(type);
}

void add_rules(Subcommand command, PolicyOptions* options) {
  verdict::Policy& policy = options->policy;
  add_parsed(command, "--fail-on", "LIST",
             "What fails: kinds (socket), profiles (fd), words (definite, possible), misuse, none; "
             "default: what the program itself opened and left, and heap definite and indirect",
             verdict::parse_fail_on, &policy.fail_on);
  add_parsed(command, "--allow", "LIMIT",
             "So much in one process is no leak: fd<=2, heap.bytes<=1KiB", verdict::parse_allow,
             &policy.allowances);
  add_parsed(command, "--min-bytes", "SIZE", "A stack that holds less does not fail",
             verdict::parse_min_bytes, &policy.stack_min_bytes);
  add_parsed(command, "--loop", "N", "Iterations of the main work: tells what grows with each",
             verdict::parse_loop, &policy.loop);
  command.add("--own", &policy.own, "Source files or modules that are yours: 'src/**'")
      .takes_one()
      .has_type("PATTERN");
  command.add("--fail-own", &policy.fail_on_own_only,
              "What others leak is shown and does not fail (needs --own)");
  command.add("--mark", &policy.mark, "Judge only what was born under this mark").has_type("NAME");
}

void add_known(Subcommand command, PolicyOptions* options) {
  command
      .add("--suppressions", &options->suppression_files,
           "LeakSanitizer's rules (leak:…) and ours (fd:…, thread:…)")
      .takes_one()
      .has_type("FILE");
  command.add("--baseline", &options->baseline, "Only stacks that are new or grown fail")
      .has_type("FILE");
  command.add("--update-baseline", &options->updates_baseline,
              "Write what is left now to the baseline; leaks do not fail this time");
}

void add_reports(Subcommand command, PolicyOptions* options) {
  command.add("--junit", &options->junit, "Write a JUnit report").has_type("FILE");
  command.add("--sarif", &options->sarif, "Write SARIF 2.1.0").has_type("FILE");
  command.add("--html", &options->html, "Write one self-contained page").has_type("FILE");
  command.add("--markdown", &options->markdown, "Write a summary").has_type("FILE");
  command.add("--github", &options->is_github, "Print GitHub annotations");
  command
      .add("--source-root", &options->source_root,
           "Name source files from here; default: the repository around us")
      .has_type("FOLDER");
  command.add("--all", &options->shows_all, "Tell what does not fail in full, too");
  command.add("-q,--quiet", &options->is_quiet, "No text unless something fails");
}

/// The folder around us that is a repository, else where we are.
std::string repository() {
  std::error_code error;
  const fs::path here = fs::current_path(error);
  for (fs::path folder = here; !error; folder = folder.parent_path()) {
    if (fs::exists(folder / ".git", error)) return folder.string();
    if (folder == folder.parent_path()) break;
  }
  return here.string();
}

/// Better said before the program runs than after.
std::string reason_not_writable(const std::string& path) {
  if (path.empty()) return {};
  const bool is_there = access(path.c_str(), F_OK) == 0;
  const fs::path folder = fs::path(path).parent_path();
  const std::string asked = is_there ? path : folder.empty() ? "." : folder.string();
  if (access(asked.c_str(), W_OK) == 0) return {};
  return path + ": cannot be written: " + strerror(errno);
}

}  // namespace

std::shared_ptr<PolicyOptions> add_policy_options(Subcommand command) {
  auto options = std::make_shared<PolicyOptions>();
  options->policy = verdict::default_policy();
  add_rules(command, options.get());
  add_known(command, options.get());
  add_reports(command, options.get());
  return options;
}

std::string prepare(PolicyOptions* options) {
  if (options->policy.fail_on_own_only && options->policy.own.empty())
    return "--fail-own: expected --own PATTERN with it";
  if (options->updates_baseline && options->baseline.empty())
    return "--update-baseline: expected --baseline FILE with it";
  for (const std::string& file : options->suppression_files) {
    const std::string error = verdict::read_suppressions(file, &options->policy.suppressions);
    if (!error.empty()) return error;
  }
  std::error_code ignored;
  const bool is_first = options->updates_baseline && !fs::exists(options->baseline, ignored);
  if (!options->baseline.empty()) {
    options->policy.baseline.emplace();
    const std::string error =
        is_first ? "" : verdict::read_baseline(options->baseline, &*options->policy.baseline);
    if (!error.empty()) return error;
  }
  const std::string written = options->updates_baseline ? options->baseline : "";
  for (const std::string& path :
       {options->junit, options->sarif, options->html, options->markdown, written}) {
    const std::string error = reason_not_writable(path);
    if (!error.empty()) return error;
  }
  if (options->source_root.empty()) options->source_root = repository();
  return {};
}

}  // namespace leakhook
