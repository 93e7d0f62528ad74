// SPDX-License-Identifier: Apache-2.0
// The `leakhook` command: its words, its help, nothing else.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <iomanip>
#include <sstream>

#include "../preload/contract/kinds.h"
#include "../preload/contract/request.h"
#include "export_command.h"
#include "request_commands.h"

namespace leakhook {
namespace {

struct SettingRow {
  const char* name;
  const char* default_value;
  const char* meaning;
};

constexpr SettingRow kSettingRows[] = {
#define SETTING(name, type, default_value, meaning) {#name, default_value, meaning},
#include "../preload/contract/settings.def"
};

/// `text` behind an indentation, broken between words.
void wrapped(std::ostream& out, std::string_view text, std::size_t indentation) {
  constexpr std::size_t kWidth = 100;
  std::istringstream words{std::string(text)};
  std::size_t column = indentation;
  for (std::string word; words >> word; column += word.size() + 1) {
    if (column > indentation && column + word.size() > kWidth) {
      out << '\n' << std::string(indentation, ' ');
      column = indentation;
    }
    if (column > indentation) out << ' ';
    out << word;
  }
  out << '\n';
}

std::string tables() {
  std::ostringstream out;
  out << "Start a service with LD_PRELOAD=libleakhook.so to record what it holds.\n"
         "\nSettings of the service, environment variables:\n";
  for (const SettingRow& row : kSettingRows) {
    const std::string name = std::string("LEAKHOOK_") + row.name;
    const std::string value = *row.default_value ? row.default_value : "-";
    out << "  " << std::left << std::setw(21) << name << std::setw(19) << value;
    wrapped(out, row.meaning, 42);
  }
  out << "\nKinds of resources, with their profile:\n";
  for (const KindRow& row : kKindRows) {
    out << "  " << std::left << std::setw(12) << row.label << std::setw(10)
        << kProfileRows[static_cast<int>(row.profile)].name;
    wrapped(out, row.text, 24);
  }
  out << "\nExit status: 0 done, 1 a profile could not be written, 24 leakhook could not do its "
         "work.";
  return out.str();
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

int run(int argc, char** argv) {
  CLI::App app("leakhook: what a service holds, and who asked for it");
  app.name("leakhook");
  app.set_version_flag("--version", std::string("leakhook ") + LEAKHOOK_VERSION);
  app.require_subcommand(1);

  ExportOptions options;
  std::vector<std::string> labels;
  std::uint32_t token = 0;
  auto* make = app.add_subcommand("export", "Make profiles from a segment (.lhk)");
  make->add_option("FILE", options.input, "A .lhk file, or - for a dump on standard input")
      ->required();
  make->add_option("-o,--output", options.stem,
                   "Path of the profiles without .<profile>.pb.gz; default: FILE without .lhk");
  add_labels(make, &labels);
  make->add_option("--live", options.live_pid, "The service that streams the dump");
  auto* reply = make->add_option("--reply", token, "Tell the file names to `leakhook dump`");
  make->add_flag("--quiet", options.is_quiet, "No line about the dump");

  pid_t pid = 0;
  double timeout_s = 30;
  const auto add_pid = [&](CLI::App* command) {
    command->add_option("PID", pid, "The service")
        ->required()
        ->type_name("")
        ->check([](const std::string& text) {
          const bool is_number = !text.empty() && text.size() < 10 && text[0] != '0' &&
                                 text.find_first_not_of("0123456789") == std::string::npos;
          return is_number ? std::string() : "\"" + text + "\" is no process id";
        });
  };
  auto* dump = app.add_subcommand("dump", "Ask a service for a dump, print the files' names");
  add_pid(dump);
  add_labels(dump, &labels);
  dump->add_option("--timeout", timeout_s, "Seconds to wait")
      ->capture_default_str()
      ->check(CLI::Range(0.001, 86400.0));
  auto* on = app.add_subcommand("on", "Begin recording in a service that was started dormant");
  add_pid(on);
  auto* off = app.add_subcommand("off", "End recording; what is recorded stays");
  add_pid(off);

  app.footer(tables());  // behind the others, which would inherit it
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kExitUnable;
  }
  if (make->parsed()) {
    options.labels = set_of(labels);
    if (reply->count() > 0) options.reply_token = token;
    return run_export(options);
  }
  if (dump->parsed())
    return run_dump(pid, set_of(labels),
                    std::chrono::milliseconds(static_cast<std::int64_t>(timeout_s * 1000)));
  return run_switch(pid, on->parsed());
}

}  // namespace
}  // namespace leakhook

int main(int argc, char** argv) { return leakhook::run(argc, argv); }
