// SPDX-License-Identifier: Apache-2.0
// The `leakhook` command: its words, its help, and the stack that it runs on.
#include <sys/mman.h>
#include <sys/resource.h>
#include <ucontext.h>

#include <cstdio>
#include <iomanip>
#include <sstream>

#include "../preload/contract/kinds.h"
#include "commands/check_command.h"
#include "commands/diff_command.h"
#include "commands/dump_command.h"
#include "commands/export_command.h"
#include "commands/report_command.h"
#include "commands/run_command.h"
#include "commands/suppress_command.h"
#include "commands/switch_command.h"
#include "commands/top_command.h"

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
  out << "\nExit status: 0 done, 1 a profile could not be written, 23 leaks, 24 leakhook could not "
         "do "
         "its work; of `leakhook run`: the program's own unless it is 0, 128+n for signal n.";
  return out.str();
}

int run(int argc, char** argv) {
  const std::vector<std::string> program = take_program(&argc, argv);
  CommandLine line("leakhook", std::string("leakhook ") + LEAKHOOK_VERSION,
                   "leakhook: what a service holds, and who asked for it");
  add_run_command(line, program);
  add_check_command(line);
  add_export_command(line);
  add_dump_command(line);
  add_on_command(line);
  add_off_command(line);
  add_diff_command(line);
  add_report_command(line);
  add_top_command(line);
  add_suppress_command(line);
  return line.run(argc, argv, tables());
}

struct Call {
  int argc;
  char** argv;
  int status;
} call;

/// A service may have been given less stack than reading debug data takes, and so are we: its limit
/// stays for what we start, and our own work has a stack that no limit is for.
bool run_on_roomy_stack() {
  constexpr std::size_t kEnough = 1 << 20, kRoom = 8 << 20;
  rlimit limit{};
  if (getrlimit(RLIMIT_STACK, &limit) != 0 || limit.rlim_cur >= kEnough) return false;
  void* stack = mmap(nullptr, kRoom, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
  static ucontext_t there, back;
  if (stack == MAP_FAILED || getcontext(&there) != 0) return false;
  there.uc_stack.ss_sp = stack;
  there.uc_stack.ss_size = kRoom;
  there.uc_link = &back;
  makecontext(
      &there, [] { call.status = run(call.argc, call.argv); }, 0);
  return swapcontext(&back, &there) == 0;
}

}  // namespace
}  // namespace leakhook

int main(int argc, char** argv) {
  leakhook::call = {argc, argv, 0};
  return leakhook::run_on_roomy_stack() ? leakhook::call.status : leakhook::run(argc, argv);
}
