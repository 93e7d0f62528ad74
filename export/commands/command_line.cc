// SPDX-License-Identifier: Apache-2.0
// Which words does a command line have?
#include "command_line.h"

#include <CLI/CLI.hpp>

#include "say.h"

namespace leakhook {
namespace {

int refuse_words(const std::string& reason) {
  say(reason + "; see leakhook --help");
  return kExitUnable;
}

}  // namespace

Word& Word::is_required() {
  option_->required();
  return *this;
}
Word& Word::has_type(const char* name) {
  option_->type_name(name);
  return *this;
}
Word& Word::shows_default() {
  option_->capture_default_str();
  return *this;
}
Word& Word::is_between(double least, double most) {
  option_->check(CLI::Range(least, most));
  return *this;
}
Word& Word::is_between(std::int64_t least, std::int64_t most) {
  option_->check(CLI::Range(least, most));
  return *this;
}
Word& Word::is_checked(TakeValue check) {
  option_->check(std::move(check));
  return *this;
}
Word& Word::takes_one() {
  option_->allow_extra_args(false);
  return *this;
}
Word& Word::takes_list() {
  option_->delimiter(',');
  return takes_one();
}

Word Subcommand::add(const char* name, std::string* target, const char* text) {
  return Word(app_->add_option(name, *target, text));
}
Word Subcommand::add(const char* name, std::vector<std::string>* target, const char* text) {
  return Word(app_->add_option(name, *target, text));
}
Word Subcommand::add(const char* name, double* target, const char* text) {
  return Word(app_->add_option(name, *target, text));
}
Word Subcommand::add(const char* name, std::int64_t* target, const char* text) {
  return Word(app_->add_option(name, *target, text));
}
Word Subcommand::add(const char* name, std::size_t* target, const char* text) {
  return Word(app_->add_option(name, *target, text));
}
Word Subcommand::add(const char* name, pid_t* target, const char* text) {
  return Word(app_->add_option(name, *target, text));
}
Word Subcommand::add(const char* name, std::optional<std::uint32_t>* target, const char* text) {
  return Word(app_->add_option(name, *target, text));
}
Word Subcommand::add(const char* name, bool* target, const char* text) {
  return Word(app_->add_flag(name, *target, text));
}
Word Subcommand::add(const char* name, TakeValue take, const char* text) {
  const auto take_all = [name = std::string(name), take](const std::vector<std::string>& values) {
    for (const std::string& value : values) {
      const std::string error = take(value);
      if (!error.empty()) throw CLI::ValidationError(name, error);
    }
  };
  return Word(app_->add_option_function<std::vector<std::string>>(name, take_all, text))
      .takes_one();
}

void Subcommand::runs(std::function<int()> command) {
  app_->callback([status = status_, command] { *status = command(); });
}

struct CommandLine::Parser {
  explicit Parser(const char* text) : app(text) {}

  CLI::App app;
  int status = 0;
};

CommandLine::CommandLine(const char* name, std::string version, const char* text)
    : parser_(std::make_unique<Parser>(text)) {
  parser_->app.name(name);
  parser_->app.set_version_flag("--version", std::move(version));
  parser_->app.require_subcommand(1);
}
CommandLine::~CommandLine() = default;

Subcommand CommandLine::add(const char* name, const char* text) {
  return {parser_->app.add_subcommand(name, text), &parser_->status};
}

int CommandLine::run(int argc, char** argv, const std::string& footer) {
  CLI::App& app = parser_->app;
  const auto is_named = [&](const CLI::App* one) { return one->get_name() == argv[1]; };
  if (argc > 1 && argv[1][0] != '-' && app.get_subcommands(is_named).empty())
    return refuse_words("there is no command " + std::string(argv[1]));
  app.footer(footer);  // not before: subcommands inherit it
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // --help, --version
    return refuse_words(error.what());
  }
  return parser_->status;
}

}  // namespace leakhook
