// SPDX-License-Identifier: Apache-2.0
// `leakhook run`: starts a program with the library, waits, judges what it leaves.
#include "run_command.h"

#include <string.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <memory>
#include <set>

#include "../program_file.h"
#include "../run/attendant.h"
#include "../run/launch.h"
#include "../run/library_place.h"
#include "../run/run_books.h"
#include "../run/run_environment.h"
#include "../run/run_folder.h"
#include "../verdict/profile_reader.h"
#include "arguments.h"
#include "conclusion.h"
#include "say.h"

namespace leakhook {
namespace {

namespace fs = std::filesystem;
using std::chrono::steady_clock;
/// So many characters of its name the kernel knows.
constexpr std::size_t kKernelName = 15;

struct RunOptions {
  std::vector<std::string> program;
  std::string keep;   ///< folder for the profiles; empty: they go with the run
  double wait_s = 1;  ///< for processes that outlive the program
  std::shared_ptr<PolicyOptions> policy;
};

int refuse_run(const std::string& reason, int status = kExitUnable) {
  say(reason);
  return status;
}

/// A preload whose path the loader cannot read in its list gets a name that it can.
std::string preloadable(const std::string& library, const RunFolder& folder) {
  if (library.find_first_of(" :\t\n") == std::string::npos) return library;
  const fs::path link = fs::path(folder.outer()) / "libleakhook.so";
  std::error_code error;
  fs::create_symlink(library, link, error);
  return error ? library : link.string();
}

bool is_same(pid_t pid, std::uint64_t start_ticks, const Launched& program) {
  return pid == program.pid &&
         (start_ticks == program.start_ticks || start_ticks == 0 || program.start_ticks == 0);
}

class Run {
 public:
  explicit Run(const RunOptions& options) : options_(options) {}

  int run() {
    std::string reason = prepare(options_.policy.get());
    if (reason.empty()) reason = prepare_places();
    if (!reason.empty()) return refuse_run(reason);
    for (const std::string& name : unknown_settings(environ)) say(name + " is no setting");
    const int status = attend();
    return launched_.pid > 0 ? judge(status) : status;
  }

 private:
  /// Empty or why nothing can be run.
  std::string prepare_places() {
    places_.exporter = own_path();
    places_.library = library_path();
    if (places_.library.empty()) return "libleakhook.so is in none of " + library_places();
    if (!options_.keep.empty()) {
      std::error_code error;
      fs::create_directories(options_.keep, error);
      if (error) return options_.keep + ": " + error.message();
      if (access(options_.keep.c_str(), W_OK) != 0)
        return options_.keep + ": cannot be written: " + strerror(errno);
    }
    std::string reason = folder_.make();
    if (!reason.empty()) return reason;
    places_.library = preloadable(places_.library, folder_);
    places_.folder = folder_.inner();
    return {};
  }

  /// Starts the program and waits. Its status as a shell tells it.
  int attend() {
    Attendant attendant;
    inheritance_.blocked = attendant.blocked_before();
    inheritance_.on_child_end = attendant.child_end_before();
    const auto start = steady_clock::now();
    launched_ = launch(options_.program, run_environment(environ, places_), inheritance_);
    if (launched_.pid < 0) return refuse_run(launched_.reason, launched_.status);
    ending_ = attendant.await_end(launched_.pid);
    evidence_.run_seconds = std::chrono::duration<double>(steady_clock::now() - start).count();
    attendant.linger(milliseconds(options_.wait_s));
    if (!ending_.is_signal) return ending_.number;
    const char* name = sigabbrev_np(ending_.number);
    say(options_.program[0] + " was killed by signal " + std::to_string(ending_.number) +
        (name ? std::string(" (SIG") + name + ")" : ""));
    return 128 + ending_.number;
  }

  /// The status of the whole, where the program's own is `status`.
  int judge(int status) {
    const std::vector<Book> books = books_in(folder_.inner());
    verdict::ReadDumps read = verdict::read_dumps({folder_.inner()});
    leave_out_open(books, &read.dumps);
    const std::string unseen = reason_unseen(books, &read.dumps);
    const bool is_seen = unseen.empty();
    if (!is_seen) say(options_.program[0] + " was not tracked: " + unseen);
    if (read.dumps.empty() && !is_seen) return status != 0 ? status : kExitUnable;
    evidence_.remarks.insert(evidence_.remarks.end(), read.errors.begin(), read.errors.end());
    const bool is_kept = options_.keep.empty() || keep(read.dumps);
    evidence_.dumps = std::move(read.dumps);
    evidence_.text_to = stderr;
    int verdict = conclude(std::move(evidence_), *options_.policy);
    if (verdict == 0 && !(is_seen && is_kept && read.errors.empty())) verdict = kExitUnable;
    return status != 0 ? status : verdict;
  }

  /// Empty, or why nobody knows what the program left; then no dump of it stays in `dumps`.
  std::string reason_unseen(const std::vector<Book>& books, std::vector<verdict::Dump>* dumps) {
    bool is_loaded = false, is_last_image = ending_.is_signal || ending_.name.empty();
    for (const Book& book : books) {
      if (!is_same(book.pid, book.start_ticks, launched_)) continue;
      is_loaded = true;
      is_last_image |= book.is_ending || book.program.substr(0, kKernelName) == ending_.name;
    }
    const auto is_programs = [&](const verdict::Dump& dump) {
      return is_same(dump.pid, dump.start_ticks, launched_);
    };
    const bool has_dump = std::any_of(dumps->begin(), dumps->end(), is_programs);
    if (is_loaded ? is_last_image : has_dump) return {};
    if (is_loaded) {
      // Another image came after the one that kept books: what that one held is no leak.
      std::erase_if(*dumps, is_programs);
      return "it became " + ending_.name + ", into which libleakhook.so was not loaded";
    }
    const std::string path = found_in_path(options_.program[0]);
    const std::string reason = path.empty() ? "" : reason_not_loadable(path);
    return reason.empty()
               ? "libleakhook.so was not loaded; what does LD_PRELOAD=" + places_.library + " " +
                     options_.program[0] + " say?"
               : reason;
  }

  /// Who still runs is named, not judged: tomorrow it may give back what it holds today.
  void leave_out_open(const std::vector<Book>& books, std::vector<verdict::Dump>* dumps) {
    std::set<std::pair<pid_t, std::uint64_t>> open;
    for (const Book& book : books) {
      if (!book.is_open || !open.emplace(book.pid, book.start_ticks).second) continue;
      evidence_.remarks.push_back(book.program + "[" + std::to_string(book.pid) +
                                  "] still runs and is not judged");
    }
    std::erase_if(*dumps, [&](const verdict::Dump& dump) {
      return open.contains({dump.pid, dump.start_ticks});
    });
  }

  /// False: said why not.
  bool keep(const std::vector<verdict::Dump>& dumps) {
    const std::string reason = keep_profiles(dumps, options_.keep);
    if (!reason.empty()) say(reason);
    return reason.empty();
  }

  const RunOptions& options_;
  Inheritance inheritance_{};  // first: before any file is opened
  RunPlaces places_;
  RunFolder folder_;
  Launched launched_;
  Ending ending_;
  Evidence evidence_;
};

}  // namespace

std::vector<std::string> take_program(int* argc, char** argv) {
  if (*argc < 2 || std::string_view(argv[1]) != "run") return {};
  char** end = argv + *argc;
  char** mark = std::find_if(argv + 2, end, [](const char* word) { return !strcmp(word, "--"); });
  if (mark == end) return {};
  *argc = static_cast<int>(mark - argv);
  return {mark + 1, end};
}

void add_run_command(CommandLine& line, std::vector<std::string> program) {
  Subcommand command = line.add("run",
                                "Run a program, tell what it leaks, exit as CI wants it:\n"
                                "leakhook run [OPTIONS] -- PROGRAM [ARGUMENTS]");
  const auto options = std::make_shared<RunOptions>();
  options->program = std::move(program);
  options->policy = add_policy_options(command);
  command.add("--keep", &options->keep, "Leave the profiles in this folder").has_type("FOLDER");
  command
      .add("--wait", &options->wait_s,
           "Seconds for processes that outlive the program to end; others are not judged")
      .shows_default()
      .is_between(0.0, 1e9);
  command.runs([options] {
    if (!options->program.empty()) return Run(*options).run();
    say("run: expected -- and a program; see leakhook --help");
    return kExitUnable;
  });
}

}  // namespace leakhook
