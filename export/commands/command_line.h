// SPDX-License-Identifier: Apache-2.0
// Which words does a command line have? What the commands need of CLI11, whose header of templates
// costs each source file that includes it ten times the compilation of the rest: one does.
#pragma once
#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "outcome.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace leakhook {

/// Takes a value as it was written. Empty: it is good; else what was expected.
using TakeValue = std::function<std::string(const std::string&)>;

/// An option or argument of a subcommand. Copies are of the same one.
class Word {
 public:
  explicit Word(CLI::Option* option) : option_(option) {}

  Word& is_required();
  /// What --help calls its value; "": nothing.
  Word& has_type(const char* name);
  /// --help tells what its target holds now.
  Word& shows_default();
  Word& is_between(double least, double most);
  Word& is_between(std::int64_t least, std::int64_t most);
  Word& is_checked(TakeValue check);
  /// Several values are said by several options, never by one.
  Word& takes_one();
  /// As takes_one(), and commas stand between values.
  Word& takes_list();

 private:
  CLI::Option* option_;
};

/// One of the commands. Targets are written when the command line is parsed and must live until
/// then: what runs() is given may own them. Copies are of the same one.
class Subcommand {
 public:
  Subcommand(CLI::App* app, int* status) : app_(app), status_(status) {}

  Word add(const char* name, std::string* target, const char* text);
  Word add(const char* name, std::vector<std::string>* target, const char* text);
  Word add(const char* name, double* target, const char* text);
  Word add(const char* name, std::int64_t* target, const char* text);
  Word add(const char* name, std::size_t* target, const char* text);
  Word add(const char* name, pid_t* target, const char* text);
  Word add(const char* name, std::optional<std::uint32_t>* target, const char* text);
  /// A switch: its target is true when it is there.
  Word add(const char* name, bool* target, const char* text);
  /// `take` is called with each value.
  Word add(const char* name, TakeValue take, const char* text);

  /// What it does once its words are understood. The exit status.
  void runs(std::function<int()> command);

 private:
  CLI::App* app_;
  int* status_;
};

class CommandLine {
 public:
  CommandLine(const char* name, std::string version, const char* text);
  ~CommandLine();

  Subcommand add(const char* name, const char* text);

  /// Parses, and runs the subcommand that is named. `footer` is the end of --help. The exit status;
  /// kExitUnable after one line on stderr when the words cannot be understood.
  int run(int argc, char** argv, const std::string& footer);

 private:
  struct Parser;
  std::unique_ptr<Parser> parser_;
};

}  // namespace leakhook
